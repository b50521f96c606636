//! Times the batches of a cell on a separate thread, under criterion and in workers alike. The cell runs below a given number of
//! host frames, because every frame above the call makes an exit more expensive.
use std::hint::black_box;
use std::sync::{Arc, mpsc};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use anyhow::{Result, anyhow};

use super::cell::{Batch, BatchSpec};
use super::concurrent;
use super::cpu_affinity;
use crate::catalog::benchmark;
use crate::catalog::benchmark::{Benchmark, BenchmarkKind, CellId};
use crate::engine::embedding::{Embedding, Prepared, Unsupported};
use crate::engine::{NO_MODULE, OpenBackend};
use crate::run_module::MeasuredModule;
use crate::statistics::is_warm;

/// A prepared cell on its thread. Dropping it ends the thread.
pub struct BenchThread {
    requests: Option<mpsc::Sender<BatchSpec>>,
    samples: mpsc::Receiver<Result<Batch>>,
    thread: Option<JoinHandle<()>>,
    /// Metrics without timing: name and value.
    pub metrics: Metrics,
}

impl BenchThread {
    /// Prepares a cell on a new thread, because the store of an engine may not be movable to it later. The thread is pinned to
    /// `processor`, or to the last processor, unless the benchmark is parallel. `module` is the user's module, if any.
    ///
    /// # Errors
    /// When the backend cannot prepare it.
    pub fn prepare(
        backend: &Arc<dyn OpenBackend>,
        cell_id: &CellId,
        processor: Option<usize>,
        module: Option<Arc<MeasuredModule>>,
    ) -> Result<Self> {
        let (requests, batches) = mpsc::channel();
        let (ready, prepared) = mpsc::channel();
        let (answers, samples) = mpsc::channel();
        let (backend, cell_id) = (backend.clone(), cell_id.clone());
        let run_thread = move || {
            let ready = |prepared| drop(ready.send(prepared));
            run_cell(&backend, &cell_id, processor, module.as_ref(), ready, |cell| {
                for spec in &batches {
                    if answers.send(timed(cell, spec)).is_err() {
                        break;
                    }
                }
            });
        };
        let thread = std::thread::Builder::new().stack_size(STACK_SIZE).spawn(run_thread)?;
        let gone = |_| Err(anyhow!("preparation panicked"));
        let metrics = prepared.recv().unwrap_or_else(gone)?;
        Ok(Self { requests: Some(requests), samples, thread: Some(thread), metrics })
    }

    /// Runs one batch.
    ///
    /// # Errors
    /// When an iteration gives a wrong result or panics.
    pub fn batch(&mut self, spec: BatchSpec) -> Result<Batch> {
        let panicked = || anyhow!("the cell panicked");
        self.requests.as_ref().ok_or_else(panicked)?.send(spec).map_err(|_| panicked())?;
        self.samples.recv().map_err(|_| panicked())?
    }
}

impl Drop for BenchThread {
    fn drop(&mut self) {
        self.requests = None;
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

/// Metrics of a prepared cell without timing: name and value.
pub(crate) type Metrics = Vec<(&'static str, f64)>;

/// The stack size of a main thread, for deep cells.
pub(crate) const STACK_SIZE: usize = 8 << 20;

/// Prepares a cell on the current thread, tells `ready`, and calls `work` below the cell's host frames. The thread is pinned
/// to `processor`, or to the last processor, unless the benchmark is parallel. It is inlined, because each frame below a cell
/// takes every backtrace of an exit a quarter of a microsecond.
#[inline(always)]
pub(crate) fn run_cell(
    backend: &Arc<dyn OpenBackend>,
    cell_id: &CellId,
    processor: Option<usize>,
    module: Option<&Arc<MeasuredModule>>,
    ready: impl FnOnce(Result<Metrics>),
    mut work: impl FnMut(&mut Prepared),
) {
    let Some(benchmark) = benchmark::find(&cell_id.benchmark) else {
        let reason = format!("this build has no benchmark `{}`", cell_id.benchmark);
        return ready(Err(Unsupported(reason.into()).into()));
    };
    if !benchmark.parallel {
        cpu_affinity::pin_to_or_last(processor);
    }
    match prepare(backend, benchmark, cell_id.at.unwrap_or(0), module) {
        Ok(mut cell) => {
            ready(Ok(cell.metrics().to_vec()));
            at_stack_depth(cell_id.host_frames, &mut || work(&mut cell));
        }
        Err(unable) => ready(Err(unable)),
    }
}

/// Runs `bottom` below a number of host frames, including the caller's.
#[inline(always)]
fn at_stack_depth(frames: u64, bottom: &mut dyn FnMut()) {
    #[inline(never)]
    fn deeper(frames: u64, bottom: &mut dyn FnMut()) {
        if frames <= 1 {
            bottom();
        } else {
            deeper(frames - 1, bottom);
        }
        // Prevents a tail call.
        black_box(());
    }
    deeper(frames, bottom);
}

/// The shortest warmup of a batch: the first iterations after another process ran are slow.
const MIN_WARMUP: Duration = Duration::from_micros(50);
/// The longest warmup of a batch.
const MAX_WARMUP: Duration = Duration::from_micros(500);

#[inline(always)]
fn timed(cell: &mut Prepared, BatchSpec { iterations, slices, warms_up }: BatchSpec) -> Result<Batch> {
    if warms_up {
        let part = (iterations * u64::from(slices) / 8).max(1);
        let (mut times, started) = (Vec::with_capacity(64), Instant::now());
        while started.elapsed() < MAX_WARMUP && (started.elapsed() < MIN_WARMUP || !is_warm(&times)) {
            times.push(cell.batch(part)?.as_nanos() as f64);
        }
    }
    cell.take_each();
    let before = run_delay();
    let mut timed = Vec::with_capacity(slices as usize);
    // `collect` would have two frames of its own below the cell.
    for _ in 0..slices.max(1) {
        timed.push(cell.batch(iterations)?);
    }
    let delayed = before.and_then(|before| Some(run_delay()?.saturating_sub(before)));
    Ok(Batch { elapsed: timed.iter().sum(), slice: middle_half(timed), delayed, each: cell.take_each() })
}

/// The mean of the middle half: of five values, the middle three.
fn middle_half(mut of: Vec<Duration>) -> Duration {
    of.sort_unstable();
    let middle = &of[of.len() / 4..of.len() - of.len() / 4];
    middle.iter().sum::<Duration>() / u32::try_from(middle.len()).unwrap_or(u32::MAX)
}

/// How long the system ran other processes while this thread was ready to run.
fn run_delay() -> Option<Duration> {
    let schedstat = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    schedstat.split(' ').nth(1)?.parse().ok().map(Duration::from_nanos)
}

fn prepare(
    backend: &Arc<dyn OpenBackend>,
    benchmark: &Benchmark,
    at: u64,
    module: Option<&Arc<MeasuredModule>>,
) -> Result<Prepared> {
    match benchmark.prepared {
        BenchmarkKind::Family => backend.prepare(benchmark, at),
        BenchmarkKind::Anywhere(prepare) => {
            let resident = backend.resident_code()?;
            Ok(prepare(at)?.keeping(resident))
        }
        BenchmarkKind::Module(cell) => {
            let module = module.ok_or(Unsupported(NO_MODULE.into()))?;
            let engine: Arc<dyn Embedding> = backend.clone();
            module.prepare(&engine, cell)
        }
        BenchmarkKind::Concurrently(same) => {
            let (backend, module) = (backend.clone(), module.cloned());
            concurrent::prepare(at, move || prepare(&backend, same, 0, module.as_ref()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A cell of a microsecond per iteration, except for one interrupted iteration.
    fn interrupted(at: u64) -> Prepared {
        let mut iteration = 0;
        Prepared::laps(move || {
            iteration += 1;
            (Duration::from_micros(if iteration == at { 5_000 } else { 1 }), Ok(()))
        })
    }

    #[test]
    fn an_interrupted_slice_does_not_change_the_sample() {
        let draw = BatchSpec { slices: 5, ..BatchSpec::of(10, false) };
        let batch = timed(&mut interrupted(23), draw).unwrap();
        assert_eq!((batch.slice, batch.elapsed), (Duration::from_micros(10), Duration::from_micros(5_049)));
        let whole = timed(&mut interrupted(23), BatchSpec::of(50, false)).unwrap();
        assert_eq!((whole.slice, whole.elapsed), (Duration::from_micros(5_049), Duration::from_micros(5_049)));
    }

    #[test]
    fn middle_half_is_the_mean_of_the_middle_values() {
        let of = |times: &[u64]| middle_half(times.iter().map(|time| Duration::from_nanos(*time)).collect()).as_nanos();
        assert_eq!([of(&[70]), of(&[90, 30]), of(&[50, 10, 30])], [70, 60, 30]);
        assert_eq!([of(&[900, 20, 40, 60]), of(&[0, 80, 40, 5_000, 60])], [50, 60]);
    }
}
