//! What it takes to be ready again.
mod registry;

fn main() {
    registry::run(&["recover"]);
}
