//! The guests embedded in the program, and generators of guests.
pub mod generated;
pub mod hostile;

/// `run(code, n)` calls the import `early_exit(code)`, and returns `code + n` if the import returns.
pub const EARLY_EXIT: &str = include_str!("../../guests/early_exit.wat");

/// `exit_early()` calls `env.interrupt_execution`, and returns whether the call returned. Written in Rust.
pub const INTERRUPT_EXECUTION: &[u8] = include_bytes!("../../guests/built/interrupt_execution.wasm");

/// `direct(code)` and `indirect(code)` call `early_exit(code)`, and return its result plus `code`. The global `went_on` counts
/// these returns. `trap()` traps.
pub const WAYS_TO_CALL: &str = include_str!("../../guests/ways_to_call.wat");

/// The start function calls `early_exit` with the imported `code`, and stores the result in the global `returned`.
pub const EXIT_IN_START: &str = include_str!("../../guests/exit_in_start.wat");

/// `run(code, n)` as in [`EARLY_EXIT`], with side effects in memory, globals and table before and after the call.
pub const FOOTPRINTS: &str = include_str!("../../guests/footprints.wat");

/// `call(index)` calls a function in the exported `table`, which has two elements.
pub const TABLE: &str = include_str!("../../guests/table.wat");

/// Fills the imported `table` of [`TABLE`], and calls `early_exit` with the imported `code` in its start function.
pub const FILL_TABLE: &str = include_str!("../../guests/fill_table.wat");

/// `level(n)` calls the import `down(n)`, which may call the guest again, and returns the result plus 1. It traps if the result
/// is -1.
pub const LEVELS: &str = include_str!("../../guests/levels.wat");

/// `dive(frames, code)` calls `early_exit(code)` below `frames` guest frames.
pub const DIVE: &str = include_str!("../../guests/dive.wat");

/// Catches exceptions of the guest and of the host, in several ways.
pub const EXCEPTIONS: &str = include_str!("../../guests/exceptions.wat");

/// `run(code, n)` as in [`EARLY_EXIT`], computed with vectors.
pub const SIMD: &str = include_str!("../../guests/simd.wat");

/// `hand_on(code)` calls `early_exit(code)`, and returns the vector that the import `vector()` returns.
pub const HANDS_ON_VECTOR: &str = include_str!("../../guests/hands_on_vector.wat");

/// [`EARLY_EXIT`] with an export `is_null` that takes a function reference.
pub const TAKES_FUNCTION: &str = include_str!("../../guests/takes_function.wat");

/// A guest in Rust: `work(code, frames)` calls `early_exit(code)` below `frames` frames on its shadow stack.
pub const STACK_FRAMES: &[u8] = include_bytes!("../../guests/built/stack_frames.wasm");

/// Every kind of trap: each export traps or returns, depending on its arguments. `exit(code)` exits.
pub const TRAPS: &str = include_str!("../../guests/traps.wat");

/// Sets a global or the memory's first word before and after an operation that traps, depending on the argument.
pub const SET_BEFORE_TRAP: &str = include_str!("../../guests/set_before_trap.wat");

/// Endless loops. `count(n)` (arithmetic only) and `churn(at)` (loads and stores) call the host once before the loop. `poll()`
/// calls the host in each iteration. `once()` only calls the host; `load(at)` only loads.
pub const ENDLESS: &str = include_str!("../../guests/endless.wat");

/// Work of a countable amount: `count(n)`, `count_and_exit(n, code)`, `be_charged(n)`, which calls the host `n` times,
/// and `stop()`, which traps.
pub const METERED: &str = include_str!("../../guests/metered.wat");

/// Grows its memory: `grow(pages)`, `size()`, and `take_all_and_exit()`, which exits with the number of its pages as code.
pub const GROWING: &str = include_str!("../../guests/growing.wat");

/// A WASI-style command in Rust: `_start()` calls `proc_exit` with the result of the import `env.code`, or returns if
/// that result is negative.
pub const WASI_STYLE: &[u8] = include_bytes!("../../guests/built/wasi_style.wasm");

/// The timed exits. Each export takes two numbers: `run(code, n)` as in [`EARLY_EXIT`], `run_indirect(code, n)`,
/// `deep(code, frames)`, and one export per kind of trap.
pub const LEAVING: &str = include_str!("../../guests/leaving.wat");

/// The timed calls: `add_0`, `add_2`, `add_20`, and `sum(n)`, which calls the host's `next` for each number below `n`.
pub const CALLS: &str = include_str!("../../guests/calls.wat");

/// `descend(code, n)` re-enters the guest through the host `n` times, and then calls `early_exit(code)`, unless `code` is 0.
pub const REENTRY: &str = include_str!("../../guests/reentry.wat");

/// Timed kernels: `fib(n)`, `sweep(words)`, `hash(rounds)`, `tight(turns)`, `nested(rows)`, `float(size)`, `parse(numbers)`.
pub const KERNELS: &str = include_str!("../../guests/kernels.wat");

/// Endless work. `loop()` calls the import `begin` once before the loop, `recursion()` at the bottom of each recursion of 1,000
/// frames, and `poll()` in each iteration.
pub const STOPPABLE: &str = include_str!("../../guests/stoppable.wat");

/// Counts its steps in the global `steps`: `turns(n)` makes `n` steps in a loop, `straight(_)` makes 256 without a branch.
pub const STEPS: &str = include_str!("../../guests/steps.wat");

/// Converts a guest from the text format to bytes.
///
/// # Panics
/// If the text is invalid. A test converts every embedded guest.
pub fn wasm(text: &str) -> Vec<u8> {
    wat::parse_str(text).expect("the embedded guests are valid")
}
