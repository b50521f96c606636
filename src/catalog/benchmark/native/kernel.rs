//! Native baselines of `execute/…`: the kernels of `guests/kernels.wat` in Rust. Each kernel returns the same result
//! as its WebAssembly version.
use std::hint::black_box;

use crate::catalog::benchmark::execute::{
    FIB_OF, FLOAT_SIZE, HASH_ROUNDS, NESTED_ROWS, PARSED_NUMBERS, SWEPT_WORDS, TIGHT_TURNS,
};
use crate::engine::embedding::Prepared;

/// Calls a kernel with one argument.
macro_rules! kernel {
    ($kernel:ident($n:expr)) => {
        |_| {
            let expected = $kernel($n);
            Ok(Prepared::repeat(
                move || $kernel(black_box($n)),
                move |result| *result == expected,
                |result| format!("returned {result}"),
            ))
        }
    };
}

benchmarks![
    FIB("floor/fib", "the same as `execute/fib`, in Rust").without_engine(|_| {
        let (n, fib_n) = FIB_OF;
        Ok(Prepared::repeat(move || fib(black_box(n)), move |fib| *fib == fib_n, |fib| format!("returned {fib}")))
    }),
    SWEEP("floor/sweep", "the same as `execute/sweep`, in Rust").without_engine(|_| {
        let expected = swept();
        let mut memory = vec![0; SWEPT_WORDS as usize];
        Ok(Prepared::repeat(
            move || sweep(black_box(&mut memory)),
            move |mix| *mix == expected,
            |mix| format!("returned {mix}"),
        ))
    }),
    HASH("floor/hash", "the same as `execute/hash`, in Rust").without_engine(kernel!(hash(HASH_ROUNDS))),
    TIGHT("floor/tight", "the same as `execute/tight`, in Rust").without_engine(kernel!(tight(TIGHT_TURNS))),
    NESTED("floor/nested", "the same as `execute/nested`, in Rust").without_engine(kernel!(nested(NESTED_ROWS))),
    FLOAT("floor/float", "the same as `execute/float`, in Rust").without_engine(kernel!(float(FLOAT_SIZE))),
    PARSE("floor/parse", "the same as `execute/parse`, in Rust").without_engine(kernel!(parse(PARSED_NUMBERS))),
];

/// The result of `execute/tight` after `turns` iterations.
pub fn tight(turns: i32) -> i32 {
    (1..=turns).rev().fold(1_i32, |state, left| state.wrapping_add(left).rotate_left(1))
}

/// The result of `execute/nested` for `rows` rows.
pub fn nested(rows: i32) -> i32 {
    let mut state = 0_i32;
    for row in 0..rows {
        for column in 0..16_i32 {
            for cell in 0..8 {
                state = (state ^ row.wrapping_mul(column).wrapping_add(cell)).rotate_left(1);
            }
        }
    }
    state
}

/// The result of `execute/float` for a grid of `size` by `size` points.
pub fn float(size: i32) -> i32 {
    let (mut steps, scale) = (0, 3.0 / f64::from(size));
    for row in 0..size {
        let cy = f64::from(row) * scale - 1.5;
        for column in 0..size {
            let cx = f64::from(column) * scale - 2.0;
            let (mut x, mut y, mut step) = (0.0_f64, 0.0_f64, 0);
            while step < 64 && x * x + y * y <= 4.0 {
                (x, y) = (x * x - y * y + cx, 2.0 * x * y + cy);
                step += 1;
            }
            steps += step;
        }
    }
    steps
}

/// The result of `execute/parse` for `count` numbers.
pub fn parse(count: i32) -> i32 {
    let (mut text, mut state) = (Vec::new(), 1_u32);
    for _ in 0..count {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let mut number = state;
        loop {
            text.push(b'0' + (number % 10) as u8);
            number /= 10;
            if number == 0 {
                break;
            }
        }
        text.push(b',');
    }
    let (mut sum, mut hash, mut number, mut place) = (0_u32, 0x811c_9dc5_u32, 0_u32, 1_u32);
    for byte in text {
        hash = (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193);
        match byte {
            b'0'..=b'9' => {
                number = number.wrapping_add(u32::from(byte - b'0').wrapping_mul(place));
                place = place.wrapping_mul(10);
            }
            _ => {
                sum = sum.rotate_left(3) ^ number;
                (number, place) = (0, 1);
            }
        }
    }
    (sum ^ hash) as i32
}

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
