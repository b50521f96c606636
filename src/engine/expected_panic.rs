//! Timed panics, which the panic hook does not report.
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Once;
use std::time::Duration;

use crate::engine::embedding::{Instant, IterationResult, Outcome};
use crate::exit_code::ExitCode;

thread_local! {
    /// Whether a panic of this thread is expected.
    static EXPECTED: Cell<bool> = const { Cell::new(false) };
}

/// Installs a panic hook that ignores expected panics and passes others to the previous hook. Installs it once per process.
fn silence() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let report = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            if !EXPECTED.get() {
                report(panic);
            }
        }));
    });
}

/// Times a call whose host function panics with the exit code `must`, until the code is caught and downcast. If the call does
/// not panic, its result is described.
pub(super) fn timed<R>(
    must: ExitCode,
    call: impl FnOnce() -> R,
    describe: impl FnOnce(R) -> String,
) -> (Duration, IterationResult) {
    silence();
    EXPECTED.set(true);
    let started = Instant::now();
    let caught = catch_unwind(AssertUnwindSafe(call)).map_err(|payload| payload.downcast::<ExitCode>());
    let took = started.elapsed();
    EXPECTED.set(false);
    let ended = match caught {
        Err(Ok(code)) if *code == must => Ok(()),
        Err(Ok(code)) => Err(format!("panicked with exit code: {code}")),
        Err(Err(payload)) => Err(Outcome::panicked(&*payload).to_string()),
        Ok(result) => Err(describe(result)),
    };
    (took, ended)
}
