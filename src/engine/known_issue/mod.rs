//! Known issues: the only table of excused deviations, with reasons and upstream reports, and the only rule that applies it.
//!
//! One part of the table per engine. An entry excuses exactly what it describes: any other deviation fails its check. Every
//! check asks [`explanation`].
mod c_api;
mod wasmer;
mod wasmi;
mod wasmtime;

use std::env::consts::ARCH;

use crate::catalog::scenario::matches;
use crate::engine;

/// A part of `multi-value`: imported functions with more than one result.
pub const MULTI_VALUE_IMPORTS: &str = "multi-value imports";

/// A part of the base features: a `select` whose condition is a comparison with no other use.
pub const SELECT_BY_COMPARISON: &str = "select by comparison";

/// A part of `multi-value`: a `br_table` that passes more than one value to its target.
pub const BRANCH_TABLE_WITH_VALUES: &str = "br_table with values";

/// One known issue.
pub struct KnownIssue {
    /// The backends with the issue; empty for all. `c-api` means all libraries, `c-api/wasmi` the libraries of an engine,
    /// and `c-api/wasmtime 0.` the libraries of all versions that begin with `0.`. With ` on x86_64` at its end, an entry is
    /// limited to an architecture.
    pub backends: &'static [&'static str],
    /// The deviations that the issue excuses.
    pub excuses: &'static [Excuse],
    /// Why the backend deviates.
    pub reason: &'static str,
    /// The upstream report, or else a description in this repository.
    pub upstream: &'static str,
}

/// A deviation in one kind of check that a known issue explains.
#[derive(Debug, Clone, Copy)]
pub struct Excuse {
    /// The kind of check.
    pub check: CheckKind,
    /// The subject of the check, see [`CheckKind`]; `[..]` matches any text.
    pub subject: &'static str,
    /// The deviation, as the check reports it; `[..]` matches any text.
    pub observed: &'static str,
    /// Whether the deviation occurs by chance, or in long tests only. If false, and the check passes, the issue no longer occurs.
    pub sometimes: bool,
}

/// The checks that a known issue can excuse.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CheckKind {
    /// `check`: the subject is a scenario's id.
    Scenario,
    /// `check spec`: the subject is a script and the kind of assertion, such as `core/elem: module`.
    Script,
    /// `fuzz`: the subject is an action on the module, such as `call`.
    RandomModule,
    /// The test of `tests/cases`: the subject is a file and the arguments of `run`.
    Case,
    /// `check soak`: the subject is a mixture, such as `exceptions`.
    Soak,
    /// A false claim: the subject is a feature that the backend claims but lacks. `fuzz` and `check spec` do not use it.
    Claim,
}

const fn scenario(id: &'static str, observed: &'static str) -> Excuse {
    Excuse { check: CheckKind::Scenario, subject: id, observed, sometimes: false }
}

const fn script(assertion: &'static str, observed: &'static str) -> Excuse {
    Excuse { check: CheckKind::Script, subject: assertion, observed, sometimes: false }
}

const fn random_module(action: &'static str, observed: &'static str) -> Excuse {
    Excuse { check: CheckKind::RandomModule, subject: action, observed, sometimes: true }
}

const fn case(invocation: &'static str, observed: &'static str) -> Excuse {
    Excuse { check: CheckKind::Case, subject: invocation, observed, sometimes: false }
}

const fn soak(mixture: &'static str, grows: &'static str) -> Excuse {
    Excuse { check: CheckKind::Soak, subject: mixture, observed: grows, sometimes: true }
}

const fn claim(feature: &'static str) -> Excuse {
    Excuse { check: CheckKind::Claim, subject: feature, observed: "[..]", sometimes: false }
}

impl Excuse {
    /// The same excuse for a deviation that occurs sometimes.
    const fn sometimes(self) -> Self {
        Self { sometimes: true, ..self }
    }

    /// Whether the excuse is for this kind of check and this subject.
    pub fn concerns(&self, check: CheckKind, subject: &str) -> bool {
        self.check == check && matches(self.subject, subject)
    }

    /// Whether the excuse explains an observation about a subject.
    pub fn explains(&self, check: CheckKind, subject: &str, observed: &str) -> bool {
        self.concerns(check, subject) && matches(self.observed, observed)
    }
}

impl KnownIssue {
    /// Whether the backend has the issue on this platform.
    pub fn affects(&self, backend: &str) -> bool {
        let is_one = |known: &&str| {
            let (known, architecture) = known.split_once(" on ").unwrap_or((known, ARCH));
            let is_known = known == backend || backend.starts_with(engine::C_API) && backend.starts_with(known);
            is_known && architecture == ARCH
        };
        self.backends.is_empty() || self.backends.iter().any(is_one)
    }
}

/// The known issue of all engines: a difference that the specification allows.
static EVERY_ENGINE: &[KnownIssue] = &[KnownIssue {
    backends: &[],
    excuses: &[random_module("[..]", "trapped: call stack exhausted")],
    reason: "how deep a guest may recurse is the engine's to say, and compilers' frames are not of one size",
    upstream: "https://webassembly.github.io/spec/core/appendix/implementation.html",
}];

/// All known issues.
pub fn known_issues() -> impl Iterator<Item = &'static KnownIssue> {
    let engines = [wasmer::KNOWN_ISSUES, wasmtime::KNOWN_ISSUES, wasmi::KNOWN_ISSUES, c_api::KNOWN_ISSUES];
    EVERY_ENGINE.iter().chain(engines.into_iter().flatten())
}

/// The known issues of a backend that concern a kind of check, each with its excuse.
pub fn excuses(backend: &str, check: CheckKind) -> impl Iterator<Item = (&'static KnownIssue, &'static Excuse)> {
    let of_check = move |issue: &'static KnownIssue| {
        issue.excuses.iter().filter(move |excuse| excuse.check == check).map(move |excuse| (issue, excuse))
    };
    known_issues().filter(move |issue| issue.affects(backend)).flat_map(of_check)
}

/// The known issue that explains an observation on a backend, if any, and its excuse.
pub fn explanation(
    backend: &str,
    check: CheckKind,
    subject: &str,
    observed: &str,
) -> Option<(&'static KnownIssue, &'static Excuse)> {
    excuses(backend, check).find(|(_, excuse)| excuse.explains(check, subject, observed))
}

/// The reason why a backend's claim of a feature is false; `None` if no known issue says so.
pub fn false_claim(backend: &str, feature: &str) -> Option<&'static str> {
    explanation(backend, CheckKind::Claim, feature, "").map(|(issue, _)| issue.reason)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_entry_names_backends_scenarios_and_scripts_that_exist() {
        let scripts = crate::spec::script::scripts();
        for issue in known_issues() {
            for name in issue.backends {
                let name = name.split(['/', ' ']).next().unwrap();
                assert!(crate::engine::ALL.iter().any(|backend| backend.name == name), "{name}");
            }
            assert!(!issue.excuses.is_empty(), "{} excuses nothing", issue.reason);
            for excuse in issue.excuses {
                match excuse.check {
                    CheckKind::Scenario => {
                        assert!(crate::catalog::scenario::find(excuse.subject).is_some(), "{}", excuse.subject);
                    }
                    CheckKind::Script => {
                        let (script, _) = excuse.subject.split_once(": ").expect("a script and an assertion");
                        assert!(scripts.iter().any(|known| matches(script, &known.name)), "{script}");
                    }
                    _ => {}
                }
            }
        }
    }

    #[test]
    fn an_excuse_applies_to_one_kind_of_check() {
        let excuse = scenario("trap/set-before", "FAILED: [..]");
        assert!(excuse.explains(CheckKind::Scenario, "trap/set-before", "FAILED: line 1"));
        assert!(!excuse.explains(CheckKind::Scenario, "trap/set-before", "CRASHED: signal"));
        assert!(!excuse.explains(CheckKind::Scenario, "trap/set-before/else", "FAILED: line 1"));
        assert!(!excuse.explains(CheckKind::Case, "trap/set-before", "FAILED: line 1"));
    }

    #[test]
    fn an_issue_affects_its_backends_on_its_architecture() {
        let issue = |backends| KnownIssue { backends, excuses: &[], reason: "", upstream: "" };
        assert!(issue(&["llvm"]).affects("llvm") && !issue(&["llvm"]).affects("wasmi"));
        let library = issue(&["c-api/wasmtime 0."]);
        assert!(library.affects("c-api/wasmtime 0.36.0"));
        assert!(!library.affects("c-api/wasmtime 1.0.1") && !library.affects("c-api/wasmi (wasmi-2)"));
        assert_eq!(issue(&["wasmi on x86_64"]).affects("wasmi"), ARCH == "x86_64");
        assert!(!issue(&["wasmi on pdp11"]).affects("wasmi"));
    }
}
