//! The guests that come with the program.

/// `run(code, n)` asks the host to exit with `code`, and returns `code + n` where it does not.
pub const EARLY_EXIT: &str = include_str!("../../guests/early_exit.wat");

/// `exit_early()` calls `env.interrupt_execution`, and returns whether that came back. Written in Rust.
pub const INTERRUPT_EXECUTION: &[u8] = include_bytes!("../../guests/built/interrupt_execution.wasm");

/// `direct(code)` and `indirect(code)` ask the host to exit with `code`, and return its answer plus `code`; `went_on`
/// counts how often they did. `trap()` traps.
pub const WAYS_TO_CALL: &str = include_str!("../../guests/ways_to_call.wat");

/// Asks the host in its start function to exit with the imported `code`, and leaves the answer in `returned`.
pub const EXIT_IN_START: &str = include_str!("../../guests/exit_in_start.wat");

/// The bytes of a guest in the text format.
///
/// # Panics
/// When the text is no module: the guests come with the program, and a test reads them all.
pub fn wasm(text: &str) -> Vec<u8> {
    wat::parse_str(text).expect("the embedded guests are valid")
}
