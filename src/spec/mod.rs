//! The test scripts of the WebAssembly specification on each backend.
pub mod claims;
pub mod expected;
pub mod player;
pub mod render;
pub mod result;
pub mod runner;
pub mod script;
