//! From bytes to a module, an instance, a first exit.
mod registry;

fn main() {
    registry::run(&["compile", "artifact", "instantiate", "cold"]);
}
