//! Criterion benchmarks of calls without an exit.
mod registry;

fn main() {
    registry::run(&["call"]);
}
