//! The guests that come with the program.

/// `run(code, n)` asks the host to exit with `code`, and returns `code + n` where it does not.
pub const EARLY_EXIT: &str = include_str!("../../guests/early_exit.wat");

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

/// The bytes of a guest in the text format.
///
/// # Panics
/// When the text is no module: the guests come with the program, and a test reads them all.
pub fn wasm(text: &str) -> Vec<u8> {
    wat::parse_str(text).expect("the embedded guests are valid")
}
