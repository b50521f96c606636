//! Criterion benchmarks of compilation, artifacts, instantiation and cold starts.
mod registry;

fn main() {
    registry::run(&["compile", "artifact", "instantiate", "cold"]);
}
