//! What the guest's own code takes, so that compile time can be weighed against run time.
use super::{Benchmark, floor};

/// Calls.
pub static FIB: Benchmark = Benchmark::by_family(
    "execute/fib",
    "one typed call that computes the 20th Fibonacci number by recursion: 21,891 calls within the guest",
)
.above(&floor::FIB)
.headline();

/// Memory.
pub static SWEEP: Benchmark = Benchmark::by_family(
    "execute/sweep",
    "one typed call that writes 256 KiB of memory word by word, then reads and mixes them in the order of a stride",
)
.above(&floor::SWEEP);

/// Arithmetic.
pub static HASH: Benchmark = Benchmark::by_family(
    "execute/hash",
    "one typed call of so many rounds of a 64-bit hash (multiply, rotate, exclusive or), each needing the one before",
)
.over("rounds", &[HASH_ROUNDS as u64], &[])
.above(&floor::HASH);

/// What `execute/fib` asks for, and must get.
pub const FIB_OF: (i32, i32) = (20, 6765);
/// How many words `execute/sweep` goes over.
pub const SWEPT_WORDS: i32 = 64 << 10;
/// How many rounds `execute/hash` goes where nobody says otherwise, and its floor always.
pub const HASH_ROUNDS: i32 = 64 << 10;

/// All of them.
pub static ALL: &[&Benchmark] = &[&FIB, &SWEEP, &HASH];
