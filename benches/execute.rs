//! What the guest's own code takes.
mod registry;

fn main() {
    registry::run(&["execute"]);
}
