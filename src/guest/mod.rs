//! The guests that come with the program.

/// `run(code, n)` asks the host to exit with `code`, and returns `code + n` where it does not.
pub const EARLY_EXIT: &str = include_str!("../../guests/early_exit.wat");

/// Every way to trap, each by an export that its arguments make trap or not, and `exit(code)`.
pub const TRAPS: &str = include_str!("../../guests/traps.wat");

/// Endless loops, which tell the host that they run: `count(n)` with arithmetic only, `churn(at)` with loads and stores,
/// `poll()` with a call of the host each time around.
pub const ENDLESS: &str = include_str!("../../guests/endless.wat");

/// Work that can be counted: `count(n)`, `count_and_exit(n, code)`, `be_charged(n)`, which calls the host `n` times, and
/// `stop()`, which traps.
pub const METERED: &str = include_str!("../../guests/metered.wat");

/// Asks for memory: `grow(pages)`, `size()`, and `take_all_and_exit()`, which exits with the pages that it got.
pub const GROWING: &str = include_str!("../../guests/growing.wat");

/// A command in the style of WASI, from Rust: `_start()` calls `proc_exit` with what the import `env.code` says, or returns
/// where that is negative.
pub const WASI_STYLE: &[u8] = include_bytes!("../../guests/built/wasi_style.wasm");

/// The bytes of a guest in the text format.
///
/// # Panics
/// When the text is no module: the guests come with the program, and a test reads them all.
pub fn wasm(text: &str) -> Vec<u8> {
    wat::parse_str(text).expect("the embedded guests are valid")
}
