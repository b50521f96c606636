//! Those who run beside a cell that is about threads.
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use anyhow::anyhow;

use super::cpu_affinity;
use crate::engine::BackendError;
use crate::engine::embedding::Prepared;

/// After so long without an iteration of anybody's, a crowd is away, unless one of it waits: for a lock that the other
/// threads get again and again.
const AWAY: Duration = Duration::from_millis(1);

/// Threads with a cell each, which they run while another is timed. Between its batches they rest: others are timed then,
/// in other processes, that have nothing to do with them.
pub(crate) struct Crowd {
    threads: Vec<(mpsc::Sender<Call>, JoinHandle<()>)>,
    /// How many iterations they have run, all together.
    iterations: Arc<AtomicU64>,
    /// Their ids, where the system says of each whether it waits.
    tids: Vec<u32>,
}

/// What each is called with. Its end of the second channel carries nothing: that the last of them is dropped is the news.
struct Call {
    begun: mpsc::Sender<()>,
    over: Arc<AtomicBool>,
    _at_rest: mpsc::Sender<()>,
}

/// While this lives, a crowd runs.
pub(crate) struct Running {
    iterations: Arc<AtomicU64>,
    tids: Vec<u32>,
    /// How many of these there were when last looked at, and when they last had become more.
    seen: (u64, Instant),
    over: Arc<AtomicBool>,
    all_at_rest: mpsc::Receiver<()>,
}

/// What a crowd was seen to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Company {
    /// It ran, or waited for a lock.
    Ran,
    /// Nothing yet.
    Unknown,
    /// Nothing for so long that somebody else must have its processors.
    Away,
}

impl Crowd {
    /// So many threads, held to these processors in turn. Comes back once each has made its cell and run it.
    pub(crate) fn gather<F>(size: u64, processors: &[usize], make: F) -> Result<Self, BackendError>
    where
        F: Fn() -> Result<Prepared, BackendError> + Clone + Send + 'static,
    {
        let mut crowd = Self { threads: Vec::new(), iterations: Arc::default(), tids: Vec::new() };
        let (ready, made) = mpsc::channel();
        // Without any, it is left to the system.
        let mut held_to = processors.iter().copied().cycle();
        for _ in 0..size {
            let held_to = held_to.next();
            let (calls, called) = mpsc::channel::<Call>();
            let (make, ready, count) = (make.clone(), ready.clone(), crowd.iterations.clone());
            let thread = std::thread::spawn(move || {
                if held_to.is_some() {
                    cpu_affinity::hold_to(held_to);
                }
                let ran_once = |mut cell: Prepared| cell.batch(1).map(|_| cell).map_err(BackendError::Failed);
                match make().and_then(ran_once) {
                    Ok(cell) => {
                        let _ = ready.send(Ok(tid()));
                        answer(called, cell, &count);
                    }
                    Err(unable) => drop(ready.send(Err(unable))),
                }
            });
            crowd.threads.push((calls, thread));
        }
        drop(ready);
        for _ in 0..size {
            let panicked = |_| Err(BackendError::Failed(anyhow!("a thread beside it panicked")));
            crowd.tids.extend(made.recv().unwrap_or_else(panicked)?);
        }
        Ok(crowd)
    }

    /// Has them run until what this gives is dropped. Comes back once one of them has run its cell: where they share a
    /// processor, it takes a while until each has had its turn.
    pub(crate) fn run(&self) -> Running {
        let over = Arc::default();
        let (begun, one_has_begun) = mpsc::channel();
        let (at_rest, all_at_rest) = mpsc::channel();
        for (calls, _) in &self.threads {
            // One that panicked hears nothing any more.
            let _ = calls.send(Call { begun: begun.clone(), over: Arc::clone(&over), _at_rest: at_rest.clone() });
        }
        drop((begun, at_rest));
        let _ = one_has_begun.recv();
        let seen = (self.iterations.load(Ordering::Relaxed), Instant::now());
        Running { iterations: self.iterations.clone(), tids: self.tids.clone(), seen, over, all_at_rest }
    }
}

fn answer(called: mpsc::Receiver<Call>, mut cell: Prepared, count: &AtomicU64) {
    for Call { begun, over, _at_rest } in called {
        // What goes astray here rests, and goes astray in the cell that is timed as well.
        let mut begun = Some(begun);
        while cell.batch(1).is_ok() && !over.load(Ordering::Relaxed) {
            count.fetch_add(1, Ordering::Relaxed);
            let _ = begun.take().map(|begun| begun.send(()));
        }
    }
}

/// The id of the calling thread.
fn tid() -> Option<u32> {
    #[cfg(target_os = "linux")]
    return u32::try_from(rustix::thread::gettid().as_raw_nonzero().get()).ok();
    #[cfg(not(target_os = "linux"))]
    None
}

/// Whether a thread of this process waits for something, and not merely for a processor.
fn waits(tid: u32) -> bool {
    // A line such as `7 (a name) S 1 …`: sleeping, that is, and not `R`.
    let stat = std::fs::read_to_string(format!("/proc/self/task/{tid}/stat")).unwrap_or_default();
    stat.rsplit_once(") ").is_some_and(|(_, state)| state.starts_with('S'))
}

impl Running {
    /// What the crowd has done since this was last asked.
    pub(crate) fn look(&mut self) -> Company {
        let iterations = self.iterations.load(Ordering::Relaxed);
        if iterations != self.seen.0 {
            self.seen = (iterations, Instant::now());
            return Company::Ran;
        }
        if self.seen.1.elapsed() <= AWAY {
            return Company::Unknown;
        }
        if self.tids.iter().any(|tid| waits(*tid)) {
            self.seen.1 = Instant::now();
            return Company::Ran;
        }
        Company::Away
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Relaxed);
        let _ = self.all_at_rest.recv();
    }
}

impl Drop for Crowd {
    fn drop(&mut self) {
        for (calls, thread) in self.threads.drain(..) {
            drop(calls);
            let _ = thread.join();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicU64;

    use super::*;

    /// A crowd of three that counts what it runs, and panics at some iteration of all.
    fn counting(panics_at: u64) -> (Crowd, Arc<AtomicU64>) {
        let count = Arc::<AtomicU64>::default();
        let counted = count.clone();
        let make = move || {
            let count = counted.clone();
            let step = move || assert_ne!(count.fetch_add(1, Ordering::SeqCst), panics_at, "as it was told to");
            Ok(Prepared::repeat(step, |()| true, |()| String::new()))
        };
        (Crowd::gather(3, &[], make).unwrap(), count)
    }

    #[test]
    fn each_runs_while_it_is_called_for_and_none_before_or_after() {
        let (crowd, count) = counting(u64::MAX);
        assert_eq!(count.load(Ordering::SeqCst), 3, "each once, to be sure that it can");
        for _ in 0..20 {
            let before = count.load(Ordering::SeqCst);
            let running = crowd.run();
            assert!(count.load(Ordering::SeqCst) > before);
            drop(running);
            let at_rest = count.load(Ordering::SeqCst);
            std::thread::yield_now();
            assert_eq!(count.load(Ordering::SeqCst), at_rest);
        }
    }

    #[test]
    fn it_is_seen_whether_they_run() {
        let (crowd, _) = counting(u64::MAX);
        let mut running = crowd.run();
        let mut looks = std::iter::repeat_with(|| running.look());
        assert!(looks.any(|seen| seen == Company::Ran));
        let nobody = Crowd::gather(0, &[], || Err(BackendError::unsupported("nobody"))).unwrap();
        let mut running = nobody.run();
        assert_eq!(running.look(), Company::Unknown);
        let mut looks = std::iter::repeat_with(|| running.look());
        assert_eq!(looks.find(|seen| *seen != Company::Unknown), Some(Company::Away));
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn who_waits_at_a_lock_is_there() {
        let lock = Arc::new(std::sync::Mutex::new(()));
        let theirs = lock.clone();
        let make = move || {
            let lock = theirs.clone();
            let step = move || drop(lock.lock().unwrap());
            Ok(Prepared::repeat(step, |()| true, |()| String::new()))
        };
        let crowd = Crowd::gather(2, &[], make).unwrap();
        let mut running = crowd.run();
        let held = lock.lock().unwrap();
        let mut looks = std::iter::repeat_with(|| running.look()).take(1_000_000);
        // Each may be done with what it had the lock for, and nobody gets it any more: what is seen then is that they wait.
        assert!(looks.by_ref().filter(|seen| *seen == Company::Ran).nth(4).is_some());
        drop(held);
    }

    #[test]
    fn whoever_panics_is_waited_for_no_more() {
        let (crowd, count) = counting(1_000);
        let running = crowd.run();
        while count.load(Ordering::SeqCst) < 2_000 {
            std::thread::yield_now();
        }
        drop(running);
        drop(crowd.run());
    }

    #[test]
    fn a_crowd_that_cannot_gather_says_why() {
        let error = Crowd::gather(2, &[0], || Err(BackendError::unsupported("no such thing"))).err().unwrap();
        assert_eq!(error.to_string(), "unsupported: no such thing");
        let goes_astray = || Ok(Prepared::repeat(|| (), |()| false, |()| "another end".into()));
        let error = Crowd::gather(2, &[], goes_astray).err().unwrap();
        assert!(error.to_string().ends_with("another end"), "{error}");
        let panics = || panic!("as it was told to");
        let error = Crowd::gather(2, &[], panics).err().unwrap();
        assert_eq!(error.to_string(), "a thread beside it panicked");
    }
}
