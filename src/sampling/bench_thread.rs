//! Where a cell stands while it is sampled: on a thread of its own, below a stated number of host frames. The same
//! under criterion and in a worker, since an exit costs more for every frame above the call.
use std::hint::black_box;
use std::sync::{Arc, mpsc};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use anyhow::{Result, anyhow, ensure};

use super::cell::{Batch, BatchSpec, Counting};
use super::concurrent;
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
            if !benchmark.parallel {
                cpu_affinity::hold_to(processor);
            }
            let mut cell = match prepare(&subject, benchmark, at, module.as_ref()) {
                Ok(cell) => cell,
                Err(unable) => return drop(ready.send(Err(unable))),
            };
            let _ = ready.send(Ok(cell.facts().to_vec()));
            descend(frames, &mut || {
                for work in &asked {
                    let answer = match work {
                        Work::Batch(draw) => timed(&mut cell, draw).map(Some),
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

fn timed(cell: &mut Prepared, BatchSpec { iterations, slices, settle }: BatchSpec) -> Result<Batch> {
    if settle {
        let part = (iterations * u64::from(slices) / 8).max(1);
        let (mut times, started) = (Vec::with_capacity(64), Instant::now());
        while started.elapsed() < LUKEWARM && (started.elapsed() < WARM || !settled(&times)) {
            times.push(cell.batch(part)?.as_nanos() as f64);
        }
    }
    cell.take_each();
    let before = run_delay();
    let timed = (0..slices.max(1)).map(|_| cell.batch(iterations)).collect::<Result<Vec<_>>>()?;
    let delayed = before.and_then(|before| Some(run_delay()?.saturating_sub(before)));
    Ok(Batch { elapsed: timed.iter().sum(), slice: middle_half(timed), delayed, each: cell.take_each() })
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

/// The mean of the middle half of at least one: of five, the middle three.
fn middle_half(mut of: Vec<Duration>) -> Duration {
    of.sort_unstable();
    let middle = &of[of.len() / 4..of.len() - of.len() / 4];
    middle.iter().sum::<Duration>() / u32::try_from(middle.len()).unwrap_or(u32::MAX)
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
        BenchmarkKind::Concurrently(same) => {
            let (subject, module) = (subject.clone(), module.cloned());
            concurrent::prepare(at, move || prepare(&subject, same, 0, module.as_ref()))
        }
    }
}

#[cfg(test)]
mod tests {
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
        let batch = timed(&mut interrupted(23), draw).unwrap();
        assert_eq!((batch.slice, batch.elapsed), (Duration::from_micros(10), Duration::from_micros(5_049)));
        let whole = timed(&mut interrupted(23), BatchSpec::of(50, false)).unwrap();
        assert_eq!((whole.slice, whole.elapsed), (Duration::from_micros(5_049), Duration::from_micros(5_049)));
    }

    #[test]
    fn what_counts_is_the_middle_half() {
        let of = |times: &[u64]| middle_half(times.iter().map(|time| Duration::from_nanos(*time)).collect()).as_nanos();
        assert_eq!([of(&[70]), of(&[90, 30]), of(&[50, 10, 30])], [70, 60, 30]);
        assert_eq!([of(&[900, 20, 40, 60]), of(&[0, 80, 40, 5_000, 60])], [50, 60]);
    }
}
