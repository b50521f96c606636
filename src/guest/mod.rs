//! The guests that come with the program.
pub mod generated;

/// `run(code, n)` asks the host to exit with `code`, and returns `code + n` where it does not.
pub const EARLY_EXIT: &str = include_str!("../../guests/early_exit.wat");

/// `exit_early()` calls `env.interrupt_execution`, and returns whether that came back. Written in Rust.
pub const INTERRUPT_EXECUTION: &[u8] = include_bytes!("../../guests/built/interrupt_execution.wasm");

/// `direct(code)` and `indirect(code)` ask the host to exit with `code`, and return its answer plus `code`; `went_on`
/// counts how often they did. `trap()` traps.
pub const WAYS_TO_CALL: &str = include_str!("../../guests/ways_to_call.wat");

/// Asks the host in its start function to exit with the imported `code`, and leaves the answer in `returned`.
pub const EXIT_IN_START: &str = include_str!("../../guests/exit_in_start.wat");

/// `run(code, n)` as [`EARLY_EXIT`], with traces of how far it came in its memory, its globals and its table.
pub const FOOTPRINTS: &str = include_str!("../../guests/footprints.wat");

/// `level(n)` calls the host's `down(n)`, which may call it again, and returns one more than that.
pub const LEVELS: &str = include_str!("../../guests/levels.wat");

/// `dive(frames, code)` asks the host to exit with `code` from below so many frames of its own.
pub const DIVE: &str = include_str!("../../guests/dive.wat");

/// Catches exceptions of its own and of the host's, in several ways.
pub const EXCEPTIONS: &str = include_str!("../../guests/exceptions.wat");

/// `run(code, n)` as [`EARLY_EXIT`], computed in vectors.
pub const SIMD: &str = include_str!("../../guests/simd.wat");

/// `hand_on(code)` asks the host to exit with `code`, and returns the host's `vector()` where it does not.
pub const HANDS_ON_VECTOR: &str = include_str!("../../guests/hands_on_vector.wat");

/// [`EARLY_EXIT`], with `is_null` that takes a reference to a function.
pub const TAKES_FUNCTION: &str = include_str!("../../guests/takes_function.wat");

/// A guest in Rust: `work(code, frames)` asks to exit with `code` from below so many frames on its shadow stack.
pub const STACK_FRAMES: &[u8] = include_bytes!("../../guests/built/stack_frames.wasm");

/// Every way to trap, each by an export that its arguments make trap or not, and `exit(code)`.
pub const TRAPS: &str = include_str!("../../guests/traps.wat");

/// Sets a global or the memory's first word before something that traps where its argument says so, and again after it.
pub const SET_BEFORE_TRAP: &str = include_str!("../../guests/set_before_trap.wat");

/// Endless loops, which tell the host that they run: `count(n)` with arithmetic only, `churn(at)` with loads and stores,
/// `poll()` with a call of the host each time around. Beside them `once()`, which only calls, and `load(at)`.
pub const ENDLESS: &str = include_str!("../../guests/endless.wat");

/// Work that can be counted: `count(n)`, `count_and_exit(n, code)`, `be_charged(n)`, which calls the host `n` times, and
/// `stop()`, which traps.
pub const METERED: &str = include_str!("../../guests/metered.wat");

/// Asks for memory: `grow(pages)`, `size()`, and `take_all_and_exit()`, which exits with the pages that it got.
pub const GROWING: &str = include_str!("../../guests/growing.wat");

/// A command in the style of WASI, from Rust: `_start()` calls `proc_exit` with what the import `env.code` says, or returns
/// where that is negative.
pub const WASI_STYLE: &[u8] = include_bytes!("../../guests/built/wasi_style.wasm");

/// The ways out of a guest that are timed. Each export takes two numbers: `run(code, n)` as [`EARLY_EXIT`],
/// `run_indirect(code, n)`, `deep(code, frames)`, and one for each kind of trap.
pub const LEAVING: &str = include_str!("../../guests/leaving.wat");

/// Calls that are timed: `add_0`, `add_2`, `add_20`, and `sum(n)`, which calls the host's `next` for each number below.
pub const CALLS: &str = include_str!("../../guests/calls.wat");

/// `descend(code, n)` has the host call it again, `n` times, and then asks to exit with `code`, unless that is 0.
pub const REENTRY: &str = include_str!("../../guests/reentry.wat");

/// Work that is timed: `fib(n)`, `sweep(words)`, `hash(rounds)`.
pub const KERNELS: &str = include_str!("../../guests/kernels.wat");

/// The bytes of a guest in the text format.
///
/// # Panics
/// When the text is no module: the guests come with the program, and a test reads them all.
pub fn wasm(text: &str) -> Vec<u8> {
    wat::parse_str(text).expect("the embedded guests are valid")
}
