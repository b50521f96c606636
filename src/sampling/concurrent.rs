//! A cell that runs on several threads, each with a separate store, and measures their total throughput.
use std::sync::{Arc, Barrier, mpsc};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use anyhow::{Result, anyhow};

use crate::engine::embedding::{Prepared, Unsupported};

/// When a thread started and finished its iterations, or the error of one.
type ThreadTimes = Result<(Instant, Instant)>;

/// A thread that waits for a number of iterations, starts together with the others, and reports its times.
struct Thread {
    orders: mpsc::Sender<u64>,
    ran: mpsc::Receiver<ThreadTimes>,
    _handle: JoinOnDrop,
}

/// Joins a thread when it is dropped. A field before it ends the thread, because fields are dropped in order.
pub(super) struct JoinOnDrop(pub(super) Option<JoinHandle<()>>);

impl Drop for JoinOnDrop {
    fn drop(&mut self) {
        // A panic was reported when a response was missing.
        let _ = self.0.take().map(JoinHandle::join);
    }
}

/// A cell that runs the iterations of `make` on several threads. The time is the wall-clock time from the first start to the
/// last end, divided by the number of threads: threads that do not slow each other down, each on a processor, divide it.
///
/// # Errors
/// When a thread cannot prepare its cell.
pub(crate) fn prepare<F>(threads: u64, make: F) -> Result<Prepared>
where
    F: Fn() -> Result<Prepared> + Clone + Send + 'static,
{
    let threads = u32::try_from(threads.max(1)).map_err(|_| Unsupported("too many threads".into()))?;
    let start = Arc::new(Barrier::new(threads as usize));
    let team = (0..threads).map(|_| Thread::spawn(make.clone(), start.clone())).collect::<Vec<_>>();
    let team = team.into_iter().map(|(thread, made)| {
        made.recv().unwrap_or_else(|_| Err(anyhow!("a thread panicked")))?;
        Ok(thread)
    });
    let team = team.collect::<Result<Vec<_>>>()?;
    Ok(Prepared::by_batch(move |iterations| match run(&team, iterations) {
        Ok(wall) => (wall / threads, Ok(())),
        Err(error) => (Duration::ZERO, Err(format!("{error:#}"))),
    }))
}

/// Runs the iterations on every thread, and returns the time from the first start to the last end.
fn run(team: &[Thread], iterations: u64) -> Result<Duration> {
    for thread in team {
        // A panicked thread does not respond.
        let _ = thread.orders.send(iterations);
    }
    let panicked = |_| Err(anyhow!("a thread panicked"));
    let ran: Vec<ThreadTimes> = team.iter().map(|thread| thread.ran.recv().unwrap_or_else(panicked)).collect();
    let ran = ran.into_iter().collect::<Result<Vec<_>>>()?;
    let first = ran.iter().map(|(began, _)| *began).min();
    let last = ran.iter().map(|(_, ended)| *ended).max();
    Ok(first.zip(last).map_or(Duration::ZERO, |(first, last)| last - first))
}

impl Thread {
    /// Starts the thread, which reports once whether its cell is prepared.
    fn spawn<F>(make: F, start: Arc<Barrier>) -> (Self, mpsc::Receiver<Result<()>>)
    where
        F: Fn() -> Result<Prepared> + Send + 'static,
    {
        let (orders, ordered) = mpsc::channel();
        let (done, ran) = mpsc::channel();
        let (ready, made) = mpsc::channel();
        let handle = std::thread::spawn(move || {
            let mut cell = match make() {
                Ok(cell) => cell,
                Err(unable) => return drop(ready.send(Err(unable))),
            };
            let _ = ready.send(Ok(()));
            for iterations in ordered {
                start.wait();
                let began = Instant::now();
                let batch = cell.batch(iterations);
                if done.send(batch.map(|_| (began, Instant::now()))).is_err() {
                    break;
                }
            }
        });
        (Self { orders, ran, _handle: JoinOnDrop(Some(handle)) }, made)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};

    use anyhow::bail;

    use super::*;

    /// A cell that counts iterations over all threads, and fails at one of them.
    fn counting(threads: u64, fails_at: u64) -> (Prepared, Arc<AtomicU64>) {
        let count = Arc::<AtomicU64>::default();
        let counted = count.clone();
        let make = move || {
            let count = counted.clone();
            let step = move || count.fetch_add(1, Ordering::SeqCst);
            Ok(Prepared::repeat(step, move |n| *n != fails_at, |n| format!("{n} came")))
        };
        (prepare(threads, make).unwrap(), count)
    }

    #[test]
    fn each_thread_runs_all_iterations() {
        for threads in [1, 2, 8] {
            let (mut cell, count) = counting(threads, u64::MAX);
            assert_eq!(count.load(Ordering::SeqCst), 0);
            for asked in [1, 7, 100] {
                cell.batch(asked).unwrap();
                assert_eq!(count.swap(0, Ordering::SeqCst), threads * asked);
            }
        }
    }

    #[test]
    fn the_time_is_the_wall_clock_time_divided_by_the_threads() {
        // Sleeping threads do not slow each other down, regardless of the number of processors.
        let nap = Duration::from_millis(20);
        let make = move || Ok(Prepared::repeat(move || std::thread::sleep(nap), |()| true, |()| String::new()));
        let mut cell = prepare(4, make).unwrap();
        let took = cell.batch(1).unwrap();
        assert!(nap / 4 <= took, "{took:?}");
    }

    #[test]
    fn a_failed_iteration_fails_the_batch() {
        let (mut cell, _) = counting(3, 7);
        assert!(cell.batch(2).is_ok());
        assert!(cell.batch(2).unwrap_err().to_string().contains("7 came"));
    }

    #[test]
    fn a_thread_that_cannot_prepare_or_panics_is_an_error() {
        let error = prepare(2, || bail!(Unsupported("no such thing".into()))).err().unwrap();
        assert_eq!(error.to_string(), "no such thing");
        let panics = || panic!("expected panic");
        assert_eq!(prepare(2, panics).err().unwrap().to_string(), "a thread panicked");
        let make = || Ok(Prepared::repeat(|| panic!("expected panic"), |(): &()| true, |()| String::new()));
        let mut cell = prepare(2, make).unwrap();
        assert!(cell.batch(1).unwrap_err().to_string().contains("a thread panicked"));
    }
}
