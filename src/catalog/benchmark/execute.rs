//! Benchmarks of code that runs inside the guest, to weigh compile time against run time.
use super::{Benchmark, floor};

/// Function calls inside the guest.
pub static FIB: Benchmark = Benchmark::by_family(
    "execute/fib",
    "one typed call that computes the 20th Fibonacci number by recursion: 21,891 calls within the guest",
)
.above(&floor::FIB)
.headline();

/// Memory accesses inside the guest.
pub static SWEEP: Benchmark = Benchmark::by_family(
    "execute/sweep",
    "one typed call that writes 256 KiB of memory word by word, then reads and mixes the words with a fixed stride",
)
.above(&floor::SWEEP);

/// Arithmetic inside the guest.
pub static HASH: Benchmark = Benchmark::by_family(
    "execute/hash",
    "one typed call of N rounds of a 64-bit hash (multiply, rotate, exclusive or); each round needs the previous result",
)
.over("rounds", &[HASH_ROUNDS as u64], &[])
.above(&floor::HASH);

/// The argument of `execute/fib` and the expected result.
pub const FIB_OF: (i32, i32) = (20, 6765);
/// Number of 32-bit words that `execute/sweep` writes and reads.
pub const SWEPT_WORDS: i32 = 64 << 10;
/// Default number of rounds of `execute/hash`, and the fixed number of rounds of its native baseline.
pub const HASH_ROUNDS: i32 = 64 << 10;

/// Every benchmark of this theme.
pub static ALL: &[&Benchmark] = &[&FIB, &SWEEP, &HASH];
