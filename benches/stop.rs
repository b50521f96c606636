//! Criterion benchmarks of stopping a guest.
mod registry;

fn main() {
    registry::run(&["stop"]);
}
