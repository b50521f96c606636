//! The scenarios and benchmarks as host code, written once and compiled once per engine.
//!
//! Each engine's folder includes this module (`#[path = "../../suite/mod.rs"] mod suite;`), names its type `Engine`, and hides
//! the differences between the libraries in its `api`. Code for one engine only is in that engine's folder.
#![allow(clippy::duplicate_mod, reason = "compiled once per engine")]
#![allow(clippy::clone_on_copy, reason = "what can be copied in one engine has to be cloned in another")]
#![allow(clippy::useless_conversion, reason = "what is of one type in one engine has to be converted in another")]
#![allow(clippy::useless_vec, reason = "imports are a list in one engine and go by name in another")]
pub(crate) mod benchmarks;
mod calls;
mod embedding;
mod linked_instances;
pub(crate) mod module_cache;
pub(crate) mod scenarios;

use super::{Engine, api};
