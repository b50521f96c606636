//! Native baselines of `execute/…`: the kernels of `guests/kernels.wat` in Rust. Each kernel returns the same result
//! as its WebAssembly version.
use std::hint::black_box;

use crate::catalog::benchmark::Benchmark;
use crate::catalog::benchmark::execute::{FIB_OF, HASH_ROUNDS, SWEPT_WORDS};
use crate::engine::embedding::Prepared;

/// The baseline of `execute/fib`.
pub static FIB: Benchmark = Benchmark::floor("floor/fib", "the same as `execute/fib`, in Rust", |_| {
    let (n, fib_n) = FIB_OF;
    Ok(Prepared::repeat(move || fib(black_box(n)), move |fib| *fib == fib_n, |fib| format!("returned {fib}")))
});

/// The baseline of `execute/sweep`.
pub static SWEEP: Benchmark = Benchmark::floor("floor/sweep", "the same as `execute/sweep`, in Rust", |_| {
    let expected = swept();
    let mut memory = vec![0; SWEPT_WORDS as usize];
    Ok(Prepared::repeat(
        move || sweep(black_box(&mut memory)),
        move |mix| *mix == expected,
        |mix| format!("returned {mix}"),
    ))
});

/// The baseline of `execute/hash`.
pub static HASH: Benchmark = Benchmark::floor("floor/hash", "the same as `execute/hash`, in Rust", |_| {
    let expected = hash(HASH_ROUNDS);
    Ok(Prepared::repeat(
        move || hash(black_box(HASH_ROUNDS)),
        move |hash| *hash == expected,
        |hash| format!("returned {hash}"),
    ))
});

/// The result of `execute/sweep`.
pub fn swept() -> i32 {
    sweep(&mut vec![0; SWEPT_WORDS as usize])
}

fn fib(n: i32) -> i32 {
    if n < 2 { n } else { fib(n - 1).wrapping_add(fib(n - 2)) }
}

fn sweep(memory: &mut [i32]) -> i32 {
    for (at, word) in memory.iter_mut().enumerate() {
        *word = (at as i32).wrapping_mul(-1_640_531_527);
    }
    let (mut mix, mut at) = (0_i32, 0);
    for _ in 0..memory.len() {
        mix = mix.rotate_left(5) ^ memory[at];
        at = (at + 4099) & (memory.len() - 1);
    }
    mix
}

/// The result of `execute/hash` after `rounds` rounds.
pub fn hash(rounds: i32) -> i64 {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64 as i64;
    for round in 0..i64::from(rounds) {
        state = (state ^ round).wrapping_mul(0x2545_f491_4f6c_dd1d).rotate_left(23);
        state ^= ((state as u64) >> 32) as i64;
    }
    state
}
