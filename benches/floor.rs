//! Criterion benchmarks of the native baselines.
mod registry;

fn main() {
    registry::run(&["floor"]);
}
