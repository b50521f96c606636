//! How long it takes to stop a guest.
mod registry;

fn main() {
    registry::run(&["stop"]);
}
