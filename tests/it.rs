//! The integration tests: one binary, a file a verb.
mod run;
