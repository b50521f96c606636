//! Where a cell stands while it is sampled: on a thread of its own, below a stated number of host frames. The same
//! under criterion and in a worker, since an exit costs more for every frame above the call.
use std::hint::black_box;
use std::sync::{Arc, mpsc};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use anyhow::{Result, anyhow, ensure};

use super::background_threads::{Company, Crowd, Running};
use super::cell::{Batch, BatchSpec, Counting};
use super::cpu_affinity;
use crate::catalog::benchmark;
use crate::catalog::benchmark::{Benchmark, BenchmarkKind, CellId};
use crate::engine::embedding::{Embedding, Prepared, planted};
use crate::engine::{BackendError, NO_MODULE, OpenBackend};
use crate::run_module::MeasuredModule;
use crate::statistics::settled;
use crate::valgrind;

/// What a cell is asked for.
enum Work {
    Batch(BatchSpec),
    Count(Counting),
}

/// A cell on its stand. Dropping it ends its thread.
pub struct BenchThread {
    asks: Option<mpsc::Sender<Work>>,
    samples: mpsc::Receiver<Result<Option<Batch>>>,
    thread: Option<JoinHandle<()>>,
    /// What is known of the cell without timing: name and number.
    pub facts: Vec<(&'static str, f64)>,
}

impl BenchThread {
    /// Prepares a cell on a thread of its own: an engine's store need not be one that can be moved there later. It is held to
    /// `processor`, or to the last, unless it is about threads. `module` is the user's, where there is one.
    ///
    /// # Errors
    /// When the subject cannot.
    pub fn prepare(
        subject: &Arc<dyn OpenBackend>,
        address: &CellId,
        processor: Option<usize>,
        module: Option<Arc<MeasuredModule>>,
    ) -> Result<Self, BackendError> {
        let benchmark = benchmark::find(&address.benchmark).ok_or_else(|| {
            BackendError::unsupported(format!("this build knows no benchmark `{}`", address.benchmark))
        })?;
        let (asks, asked) = mpsc::channel::<Work>();
        let (ready, prepared) = mpsc::channel();
        let (answers, samples) = mpsc::channel();
        let (subject, at, frames) = (subject.clone(), address.at.unwrap_or(0), address.host_frames);
        let standing = move || {
            let others = cpu_affinity::but(processor);
            if !benchmark.parallel {
                cpu_affinity::hold_to(processor);
            }
            let made = prepare(&subject, benchmark, at, module.as_ref());
            let (mut cell, crowd) = match made.and_then(|cell| Ok((cell, gather(&subject, benchmark, at, &others)?))) {
                Ok(made) => made,
                Err(unable) => return drop(ready.send(Err(unable))),
            };
            let _ = ready.send(Ok(cell.facts().to_vec()));
            descend(frames, &mut || {
                for work in &asked {
                    let answer = match work {
                        Work::Batch(draw) => timed(&mut cell, draw, crowd.as_ref().map(Crowd::run)).map(Some),
                        Work::Count(counting) => counted(&mut cell, &counting).map(|()| None),
                    };
                    if answers.send(answer).is_err() {
                        break;
                    }
                }
            });
        };
        // As much stack as a main thread has, for those that stand deep.
        let thread = std::thread::Builder::new().stack_size(8 << 20).spawn(standing);
        let thread = thread.map_err(|error| BackendError::Failed(error.into()))?;
        let gone = |_| Err(BackendError::Failed(anyhow!("preparing it panicked")));
        let facts = prepared.recv().unwrap_or_else(gone)?;
        Ok(Self { asks: Some(asks), samples, thread: Some(thread), facts })
    }

    /// Runs one batch.
    ///
    /// # Errors
    /// When an iteration did not end as it must, or panicked.
    pub fn batch(&mut self, draw: BatchSpec) -> Result<Batch> {
        self.ask(Work::Batch(draw))?.ok_or_else(|| anyhow!("a batch without a time"))
    }

    /// Counts the instructions of batches; valgrind, which this process runs under, writes a file for each.
    ///
    /// # Errors
    /// When an iteration did not end as it must, or panicked, or there is no valgrind.
    pub fn count(&mut self, counting: Counting) -> Result<()> {
        self.ask(Work::Count(counting)).map(drop)
    }

    fn ask(&mut self, work: Work) -> Result<Option<Batch>> {
        let panicked = || anyhow!("the cell panicked");
        self.asks.as_ref().ok_or_else(panicked)?.send(work).map_err(|_| panicked())?;
        self.samples.recv().map_err(|_| panicked())?
    }
}

impl Drop for BenchThread {
    fn drop(&mut self) {
        self.asks = None;
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

/// Runs `bottom` below so many frames of the host's; the caller's own count as one.
fn descend(frames: u64, bottom: &mut dyn FnMut()) {
    #[inline(never)]
    fn deeper(frames: u64, bottom: &mut dyn FnMut()) {
        if frames <= 1 {
            bottom();
        } else {
            deeper(frames - 1, bottom);
        }
        // Something is left to do after the call, so it is no jump and the frame stays.
        black_box(());
    }
    deeper(frames, bottom);
}

/// After another process ran, the first iterations are slow: a batch first runs untimed for at least so long.
const WARM: Duration = Duration::from_micros(50);
/// What has not settled after so long never does.
const LUKEWARM: Duration = Duration::from_micros(500);
/// How long those beside are waited for: somebody else's work may have their processors. After that all counts, since a
/// busy machine would have no number at all.
const ALONE: Duration = Duration::from_millis(20);

fn timed(
    cell: &mut Prepared,
    BatchSpec { iterations, slices, settle, spin }: BatchSpec,
    mut beside: Option<Running>,
) -> Result<Batch> {
    if settle {
        let part = (iterations * u64::from(slices) / 8).max(1);
        let (mut times, started) = (Vec::with_capacity(64), Instant::now());
        while started.elapsed() < LUKEWARM && (started.elapsed() < WARM || !settled(&times)) {
            times.push(cell.batch(part)?.as_nanos() as f64);
        }
    }
    let before = run_delay();
    // Slices count once those beside have run before and after them.
    let (mut timed, mut open, started) = (Vec::new(), Vec::new(), Instant::now());
    while timed.len() < slices.max(1) as usize {
        open.push(cell.batch(iterations)?);
        match beside.as_mut().map_or(Company::Ran, Running::look) {
            Company::Ran => timed.append(&mut open),
            _ if started.elapsed() > ALONE => timed.append(&mut open),
            Company::Unknown => {}
            Company::Away => open.clear(),
        }
    }
    // Spun afterwards: what lies between two slices decides who of several gets a lock.
    let with_spin = |slice: Duration| {
        let spun = if spin > 0.0 { spun(slice.mul_f64(spin)) } else { Duration::ZERO };
        (slice + spun, spun)
    };
    let timed: Vec<_> = timed.into_iter().map(with_spin).collect();
    let delayed = before.and_then(|before| Some(run_delay()?.saturating_sub(before)));
    let elapsed = timed.iter().map(|(slice, _)| *slice).sum();
    let (slice, spun) = middle_half(timed);
    Ok(Batch { elapsed, slice, spun, delayed })
}

/// Counts the instructions of each batch between the marks of the cell's timer.
fn counted(cell: &mut Prepared, counting: &Counting) -> Result<()> {
    ensure!(valgrind::is_running(), "instructions are counted under valgrind only");
    planted::plant(counting.planted);
    if counting.warmup > 0 {
        cell.batch(counting.warmup)?;
    }
    let unmarked = || anyhow!("it is timed by a clock that does not mark what is counted");
    valgrind::count(&counting.batches, unmarked, |iterations| cell.batch(iterations).map(drop))
}

/// The mean of the middle half of at least one, by the first of each pair: of five, the middle three.
fn middle_half(mut of: Vec<(Duration, Duration)>) -> (Duration, Duration) {
    of.sort_unstable();
    let middle = &of[of.len() / 4..of.len() - of.len() / 4];
    let share = u32::try_from(middle.len()).unwrap_or(u32::MAX);
    let mean = |part: fn(&(Duration, Duration)) -> Duration| middle.iter().map(part).sum::<Duration>() / share;
    (mean(|pair| pair.0), mean(|pair| pair.1))
}

/// Spins for as near to so long as the clock can tell, and says how long it was.
fn spun(so_long: Duration) -> Duration {
    let (started, mut spun) = (Instant::now(), Duration::ZERO);
    loop {
        let before = std::mem::replace(&mut spun, started.elapsed());
        // The next look would be further off than this one.
        if spun + (spun - before) / 2 >= so_long {
            return spun;
        }
        std::hint::spin_loop();
    }
}

/// How long this thread has waited, ready to run, while the system ran something else.
fn run_delay() -> Option<Duration> {
    let schedstat = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    schedstat.split(' ').nth(1)?.parse().ok().map(Duration::from_nanos)
}

fn prepare(
    subject: &Arc<dyn OpenBackend>,
    benchmark: &Benchmark,
    at: u64,
    module: Option<&Arc<MeasuredModule>>,
) -> Result<Prepared, BackendError> {
    match benchmark.prepared {
        BenchmarkKind::Family => subject.prepare(benchmark, at),
        BenchmarkKind::Anywhere(prepare) => {
            let company = subject.company().map_err(BackendError::Failed)?;
            Ok(prepare(at).map_err(BackendError::Failed)?.beside(company))
        }
        BenchmarkKind::Module(cell) => {
            let module = module.ok_or(BackendError::unsupported(NO_MODULE))?;
            let engine: Arc<dyn Embedding> = subject.clone();
            module.prepare(&engine, cell).map_err(BackendError::from_error)
        }
        BenchmarkKind::Beside(same) => prepare(subject, same, 0, module),
    }
}

/// Who runs beside a cell, on the other processors, where somebody does.
fn gather(
    subject: &Arc<dyn OpenBackend>,
    benchmark: &Benchmark,
    at: u64,
    others: &[usize],
) -> Result<Option<Crowd>, BackendError> {
    match benchmark.prepared {
        BenchmarkKind::Beside(same) if at > 0 => {
            let subject = subject.clone();
            Crowd::gather(at, others, move || prepare(&subject, same, 0, None)).map(Some)
        }
        _ => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};

    use super::*;

    /// A cell of a microsecond an iteration, but for one that was interrupted.
    fn interrupted(at: u64) -> Prepared {
        let mut iteration = 0;
        Prepared::laps(move || {
            iteration += 1;
            (Duration::from_micros(if iteration == at { 5_000 } else { 1 }), Ok(()))
        })
    }

    #[test]
    fn an_interruption_of_one_slice_is_in_the_batch_and_not_in_its_number() {
        let draw = BatchSpec { slices: 5, ..BatchSpec::of(10, false) };
        let batch = timed(&mut interrupted(23), draw, None).unwrap();
        assert_eq!((batch.slice, batch.elapsed), (Duration::from_micros(10), Duration::from_micros(5_049)));
        let whole = timed(&mut interrupted(23), BatchSpec::of(50, false), None).unwrap();
        assert_eq!((whole.slice, whole.elapsed), (Duration::from_micros(5_049), Duration::from_micros(5_049)));
    }

    #[test]
    fn every_slice_is_spun_and_settling_is_no_part_of_it() {
        let draw = BatchSpec { slices: 3, spin: 2.0, ..BatchSpec::of(10, true) };
        let batch = timed(&mut interrupted(0), draw, None).unwrap();
        // As near to 20 us as the clock tells.
        assert!(batch.spun > Duration::from_micros(15), "{batch:?}");
        assert_eq!(batch.slice, batch.spun + Duration::from_micros(10));
        assert!(batch.elapsed > Duration::from_micros(75), "{batch:?}");
    }

    #[test]
    fn nothing_is_spun_between_two_slices() {
        let mut began = Vec::new();
        let mut cell = Prepared::laps(move || {
            began.push(Instant::now());
            let shortest = began.windows(2).map(|two| two[1] - two[0]).min();
            // Whoever spun between two of them would have done so between any two; a machine interrupts some.
            let goes_on = began.len() < 20 || shortest < Some(Duration::from_millis(1));
            (Duration::from_micros(10), if goes_on { Ok(()) } else { Err("spun".into()) })
        });
        let draw = BatchSpec { slices: 20, spin: 100.0, ..BatchSpec::of(1, false) };
        assert!(timed(&mut cell, draw, None).unwrap().spun >= Duration::from_micros(900));
    }

    #[test]
    fn beside_a_crowd_that_does_not_run_slices_are_put_off() {
        let iterations = Arc::<AtomicU64>::default();
        let counted = iterations.clone();
        let step = move || counted.fetch_add(1, Ordering::Relaxed);
        let mut cell = Prepared::repeat(step, |_| true, |_| String::new());
        let draw = BatchSpec { slices: 3, ..BatchSpec::of(1, false) };
        timed(&mut cell, draw, None).unwrap();
        assert_eq!(iterations.swap(0, Ordering::Relaxed), 3);
        let nobody = Crowd::gather(0, &[], || Err(BackendError::unsupported("nobody"))).unwrap();
        timed(&mut cell, draw, Some(nobody.run())).unwrap();
        assert!(iterations.load(Ordering::Relaxed) > 3);
    }

    #[test]
    fn what_counts_is_the_middle_half() {
        let of = |times: &[u64]| {
            let pair = |time: &u64| (Duration::from_nanos(*time), Duration::from_nanos(time / 10));
            let (slice, spun) = middle_half(times.iter().map(pair).collect());
            [slice, spun].map(|time| time.as_nanos())
        };
        assert_eq!([of(&[70]), of(&[90, 30]), of(&[50, 10, 30])], [[70, 7], [60, 6], [30, 3]]);
        assert_eq!([of(&[900, 20, 40, 60]), of(&[0, 80, 40, 5_000, 60])], [[50, 5], [60, 6]]);
    }
}
