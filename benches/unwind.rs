//! Criterion benchmarks of exits and traps.
mod registry;

fn main() {
    registry::run(&["unwind"]);
}
