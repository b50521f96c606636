//! What leaving costs.
mod registry;

fn main() {
    registry::run(&["unwind"]);
}
