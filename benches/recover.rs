//! Criterion benchmarks of recovery after an exit.
mod registry;

fn main() {
    registry::run(&["recover"]);
}
