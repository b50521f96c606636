//! Criterion benchmarks of the kernels.
mod registry;

fn main() {
    registry::run(&["execute"]);
}
