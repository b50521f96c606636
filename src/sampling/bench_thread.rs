//! Prepares a cell on a separate thread and runs its batches there, under criterion and in workers alike. The cell runs below a
//! given number of host frames, because every frame above the call makes an exit more expensive.
use std::hint::black_box;
use std::sync::{Arc, mpsc};

use anyhow::{Result, anyhow};

use super::batch::{Batch, BatchSpec, time_batch};
use super::concurrent::{self, JoinOnDrop};
use crate::catalog::benchmark::{self, Benchmark, BenchmarkKind, CellId};
use crate::engine::embedding::{Embedding, Prepared, Unsupported};
use crate::engine::{NO_MODULE, OpenBackend};
use crate::run_module::MeasuredModule;
use crate::worker::cpu_affinity;

/// A prepared cell on its thread. Dropping it ends the thread.
pub struct BenchThread {
    requests: mpsc::Sender<BatchSpec>,
    samples: mpsc::Receiver<Result<Batch>>,
    _thread: JoinOnDrop,
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
                    if answers.send(time_batch(cell, spec)).is_err() {
                        break;
                    }
                }
            });
        };
        let thread = std::thread::Builder::new().stack_size(STACK_SIZE).spawn(run_thread)?;
        let gone = |_| Err(anyhow!("preparation panicked"));
        let metrics = prepared.recv().unwrap_or_else(gone)?;
        Ok(Self { requests, samples, _thread: JoinOnDrop(Some(thread)), metrics })
    }

    /// Runs one batch.
    ///
    /// # Errors
    /// When an iteration gives a wrong result or panics.
    pub fn batch(&mut self, spec: BatchSpec) -> Result<Batch> {
        let panicked = || anyhow!("the cell panicked");
        self.requests.send(spec).map_err(|_| panicked())?;
        self.samples.recv().map_err(|_| panicked())?
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

fn prepare(
    backend: &Arc<dyn OpenBackend>,
    benchmark: &Benchmark,
    at: u64,
    module: Option<&Arc<MeasuredModule>>,
) -> Result<Prepared> {
    match benchmark.prepared {
        BenchmarkKind::ByFamily => backend.prepare(benchmark, at),
        BenchmarkKind::NativeBaseline(prepare) => {
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
