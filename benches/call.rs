//! Calls that nobody leaves early.
mod registry;

fn main() {
    registry::run(&["call"]);
}
