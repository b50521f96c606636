//! The host code of wasmtime and wasmi. Wasmi has wasmtime's API by design: a `Store` with the host's data, and host
//! functions that are handed a `Caller`. So it is written once, and compiled for each: each of their folders has this
//! one as a module, gives its type the name `Own`, and says in its `api` what the two say differently. What one of
//! them alone can do is a file in its own folder.
#![allow(clippy::duplicate_mod, reason = "compiled once an engine")]
#![allow(clippy::clone_on_copy, reason = "what can be copied in one of them has to be cloned in the other")]
pub(super) mod benchmarks;
mod calls;
mod claims;
mod embedding;
mod ensemble;
pub(super) mod scenarios;
mod shelf;

pub(super) use claims::claimed;
pub(super) use shelf::Shelf;

use super::{Own, api, seam};
