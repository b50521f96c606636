//! The child process of a worker under valgrind: prepares one cell and counts its batches. It reads its requests on the
//! thread of the cell, which is also the pool of compilers, and nothing else runs: the addresses of what two threads allocate
//! would depend on their order, and the counts on these addresses.
use std::sync::Arc;
use std::thread;

use anyhow::{Context, Result, anyhow, bail, ensure};

use super::fork;
use super::protocol::{Request, Response};
use super::server::{ResponseWriter, request_line};
use crate::catalog::benchmark::{Benchmark, artifact, cold, unwind};
use crate::engine::OpenBackend;
use crate::engine::embedding::{Prepared, injected_instructions};
use crate::run_module::MeasuredModule;
use crate::sampling::bench_thread::{STACK_SIZE, run_cell};
use crate::sampling::cell::Counting;
use crate::valgrind;

/// What runs before the first fork, with its parameter: a compiler, the loading of an artifact, and an exit.
const WARMUP: [(&Benchmark, u64); 3] =
    [(&cold::BYTES_TO_RESULT, 16), (&artifact::DESERIALIZE, 16), (&unwind::TYPED.whole, 1)];

/// The thread of the cell, and the one that waits for it.
const THREADS: u64 = 2;

/// Runs the engine, as far as the backend supports it. Valgrind keeps the code that it translated, and children inherit it:
/// otherwise, most of the time of a counted cell is the translation of a compiler.
pub(crate) fn warm_up(backend: &Arc<dyn OpenBackend>) {
    for (benchmark, at) in WARMUP {
        // A cell that fails tells why when it is counted.
        let _ = backend.prepare(benchmark, at).map(|mut cell| cell.batch(1));
        valgrind::wait_for_threads(1);
    }
}

/// Handles requests until [`Request::Join`] ends the process.
///
/// # Errors
/// When the requests end, or one of them is not for a child.
pub(crate) fn serve(
    backend: &Arc<dyn OpenBackend>,
    module: Option<&Arc<MeasuredModule>>,
    wire: &ResponseWriter,
) -> Result<()> {
    let Request::Prepare { cell_id, processor } = next_request()? else { bail!("no cell to prepare") };
    let run = || {
        let _pool = fork::pool_of_this_thread()?;
        valgrind::lower_handler_stack()?;
        let mut end = Ok(());
        let ready = |prepared: Result<_, _>| wire.send(&Response::prepared(0, prepared.as_ref()));
        run_cell(backend, &cell_id, processor, module, ready, |cell| end = count(cell, wire));
        // A cell that cannot be prepared waits for the end.
        end.and_then(|()| next_request()).map(drop)
    };
    thread::scope(|scope| {
        let thread = thread::Builder::new().stack_size(STACK_SIZE).spawn_scoped(scope, run)?;
        thread.join().map_err(|_| anyhow!("{cell_id} panicked"))?
    })
}

/// The next request. Ends the process at [`Request::Join`].
fn next_request() -> Result<Request> {
    let line = request_line().context("the supervisor is gone")?;
    match serde_json::from_str(&line).with_context(|| format!("invalid request: {line}"))? {
        Request::Join => fork::end_child(),
        request => Ok(request),
    }
}

/// Counts batches of a cell until the process ends.
#[inline]
fn count(cell: &mut Prepared, wire: &ResponseWriter) -> Result<()> {
    loop {
        let Request::Count { counting } = next_request()? else { bail!("not a request to count") };
        let counted = count_batches(cell, &counting);
        wire.send(&counted.map_or_else(Response::failed, |()| Response::Counted));
    }
}

/// Counts the instructions of each batch between the marks of the cell's timer.
#[inline]
fn count_batches(cell: &mut Prepared, Counting { warmup, batches, injected_instructions }: &Counting) -> Result<()> {
    ensure!(valgrind::is_running(), "counting instructions needs valgrind");
    injected_instructions::set(*injected_instructions);
    valgrind::wait_for_threads(THREADS);
    valgrind::heap::fill_holes();
    // Instrumented code takes a hundred times as long.
    if !batches.is_empty() {
        valgrind::instrument();
    }
    if *warmup > 0 {
        cell.batch(*warmup)?;
    }
    let unmarked = || anyhow!("the benchmark does not support counting instructions");
    valgrind::count(batches, unmarked, |iterations| cell.batch(iterations).map(drop))
}
