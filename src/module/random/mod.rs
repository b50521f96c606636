//! Random modules, and what a backend makes of each: what differential testing compares.
//!
//! All that is random about a module comes from its [`Dna`], a few numbers: so a module is named in a line, made anew in
//! every process, and made smaller by taking away from what it is drawn from.
mod dna;
mod generate;
mod menu;
mod shape;
mod trial;

pub use dna::Dna;
pub use generate::{Generated, generate};
pub use menu::{LeftOut, MULTI_VALUE_IMPORTS, Menu};
pub use trial::{Doing, Seen, digest, has_panicked, trial};
