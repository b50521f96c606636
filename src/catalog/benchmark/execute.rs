//! Benchmarks of code that runs inside the guest, to weigh compile time against run time.
use super::native;

benchmarks![
    FIB(
        "execute/fib",
        "one typed call that computes the 20th Fibonacci number by recursion: 21,891 calls within the guest",
    )
    .native_baseline(&native::FIB)
    .in_quick_set(),
    SWEEP(
        "execute/sweep",
        "one typed call that writes 256 KiB of memory word by word, then reads and mixes the words with a fixed stride",
    )
    .native_baseline(&native::SWEEP),
    HASH(
        "execute/hash",
        "one typed call of N rounds of a 64-bit hash (multiply, rotate, exclusive or); each round needs the previous \
         result",
    )
    .over("rounds", &[HASH_ROUNDS as u64], &[])
    .native_baseline(&native::HASH),
    // The smallest loop, in which a check per iteration costs most.
    TIGHT("execute/tight", "one typed call that goes around a loop 65,536 times: an addition and a rotation per turn",)
        .native_baseline(&native::TIGHT),
    // The innermost loop is short.
    NESTED(
        "execute/nested",
        "one typed call of three nested loops: 512 rows of 16 columns of 8 cells, each of which needs the one before",
    )
    .native_baseline(&native::NESTED),
    FLOAT(
        "execute/float",
        "one typed call that iterates the points of a 48 by 48 grid of the Mandelbrot set in 64-bit floating point",
    )
    .native_baseline(&native::FLOAT),
    // Branches and byte accesses, as in real programs.
    PARSE(
        "execute/parse",
        "one typed call that writes 2,048 numbers as text, parses the text with a branch table, and hashes its bytes",
    )
    .native_baseline(&native::PARSE),
];

/// Iterations of the loop of `execute/tight`.
pub const TIGHT_TURNS: i32 = 64 << 10;
/// Rows of `execute/nested`.
pub const NESTED_ROWS: i32 = 512;
/// Points along each side of the grid of `execute/float`.
pub const FLOAT_SIZE: i32 = 48;
/// Numbers that `execute/parse` writes and reads.
pub const PARSED_NUMBERS: i32 = 2048;

/// The argument of `execute/fib` and the expected result.
pub const FIB_OF: (i32, i32) = (20, 6765);
/// Number of 32-bit words that `execute/sweep` writes and reads.
pub const SWEPT_WORDS: i32 = 64 << 10;
/// Default number of rounds of `execute/hash`, and the fixed number of rounds of its native baseline.
pub const HASH_ROUNDS: i32 = 64 << 10;
