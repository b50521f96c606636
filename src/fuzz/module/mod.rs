//! Random modules, and what a backend makes of each: what differential testing compares.
//!
//! All that is random about a module comes from its [`ModuleSeed`], a few numbers: so a module is named in a line, made anew in
//! every process, and made smaller by taking away from what it is drawn from.
mod rewrite;
