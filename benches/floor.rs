//! What the hardware and the language take.
mod registry;

fn main() {
    registry::run(&["floor"]);
}
