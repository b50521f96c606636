//! The time from a host function's error to the caller.
use std::cell::Cell;
use std::time::Duration;

use crate::engine::embedding::{Instant, IterationResult};

thread_local! {
    /// The time immediately before this thread's host function returned its error.
    static LEFT: Cell<Option<Instant>> = const { Cell::new(None) };
}

/// Records the start of a latency. The host function calls it immediately before its error. It is not inlined, so that the host
/// function is inlined as without it: a further frame on the stack takes a backtrace a quarter of a microsecond.
#[inline(never)]
pub(super) fn note_exit() {
    LEFT.set(Some(Instant::now()));
}

/// The time from `note_exit` to `arrived`; zero and an error if the host function did not exit.
pub(super) fn latency_since_exit(arrived: Instant, ended: IterationResult) -> (Duration, IterationResult) {
    match LEFT.take() {
        Some(left) => (arrived - left, ended),
        None => (Duration::ZERO, ended.and(Err("the host function did not return an error".into()))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_function_that_did_not_exit_has_no_latency() {
        let (_, ended) = latency_since_exit(Instant::now(), Ok(()));
        assert_eq!(ended.unwrap_err(), "the host function did not return an error");
    }
}
