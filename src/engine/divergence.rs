//! Known divergences: where a backend does not do what a scenario expects, and we know why.
//!
//! An entry excuses exactly what it describes, not the scenario: anything else that comes is a failure still.

/// One known divergence.
#[derive(Clone, Copy)]
pub struct Divergence {
    /// The scenario's id.
    pub scenario: &'static str,
    /// The backends that it is seen on.
    pub backends: &'static [&'static str],
    /// The platforms that it is seen on, as `os`, `arch` or `os-arch`; all where there is none.
    pub platforms: &'static [&'static str],
    /// What comes instead, as the verdict puts it; `[..]` stands for anything.
    pub came: &'static str,
    /// How often.
    pub often: Often,
    /// Why.
    pub reason: &'static str,
    /// Where upstream speaks of it; our own words where it does not.
    pub upstream: &'static str,
}

/// How often a divergence shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Often {
    /// Each time: one that does not show any more is told.
    Always,
    /// By chance: one that does not show says nothing.
    Sometimes,
}

/// Why a panic in a host function does not come back from wasmi.
const WASMI_PANICS: &str =
    "wasmi's handlers call each other under a calling convention that no panic may unwind: it ends the process";

/// All of them.
pub static DIVERGENCES: &[Divergence] = &[
    Divergence {
        scenario: "module/simd",
        backends: &["singlepass"],
        platforms: &[],
        came: "FAILED: Compilation error: not yet implemented: [..]",
        often: Often::Always,
        reason: "it claims SIMD and has no vector instructions: what passes validation is refused when it is compiled",
        upstream: "https://github.com/wasmerio/wasmer/issues/3015",
    },
    Divergence {
        scenario: "module/simd-signature",
        backends: &["singlepass"],
        platforms: &[],
        came: "CRASHED: panicked: not implemented",
        often: Often::Always,
        reason: "it claims SIMD, and panics while it compiles a call with a vector among its arguments or results",
        upstream: "https://github.com/wasmerio/wasmer/issues/3015",
    },
    Divergence {
        scenario: "trap/set-before",
        backends: &["llvm"],
        platforms: &[],
        came: "FAILED: [..]came `global, then a load: trapped: out of bounds memory access; it holds 0`",
        often: Often::Always,
        reason: "it takes loads and stores for what cannot trap, and leaves out setting a global that is set again after them",
        upstream: "docs/findings.md, a global before a trap",
    },
    // The code is unmapped with its engine, and what lies there afterwards is chance.
    Divergence {
        scenario: "module/dropped-engine",
        backends: &["singlepass", "cranelift", "llvm"],
        platforms: &[],
        came: "CRASHED: killed by signal [..]",
        often: Often::Sometimes,
        reason: "a module does not keep its engine's code alive, and nothing checks whether that is gone: the call ends in what has become of its address",
        upstream: "https://github.com/wasmerio/wasmer/issues/4949",
    },
    Divergence {
        scenario: "module/dropped-engine",
        backends: &["singlepass", "cranelift", "llvm"],
        platforms: &[],
        came: "FAILED: line 1: [..]came `trapped: out of bounds memory access`",
        often: Often::Sometimes,
        reason: "a module does not keep its engine's code alive, and nothing checks whether that is gone: the fault is taken for the guest's",
        upstream: "https://github.com/wasmerio/wasmer/issues/4949",
    },
    // Where a trap comes from a signal, the code that is noted for the place wins over the signal (the engine's
    // trap/stack.rs). LLVM notes none for loads and stores.
    Divergence {
        scenario: "interrupt/loop-with-memory",
        backends: &["singlepass", "cranelift"],
        platforms: &[],
        came: "FAILED: line 3: [..]came `reported as [..]trapped: out of bounds memory access, [..] times`",
        often: Often::Sometimes,
        reason: "an interrupt that arrives at an instruction which itself could trap is reported as that trap: keep a flag of your own",
        upstream: "https://github.com/wasmerio/wasmer/pull/6075",
    },
    Divergence {
        scenario: "panic/payload",
        backends: &["wasmi"],
        platforms: &["x86_64"],
        came: "CRASHED: killed by signal [..]",
        often: Often::Always,
        reason: WASMI_PANICS,
        upstream: "nothing upstream speaks of it",
    },
    Divergence {
        scenario: "panic/afterwards",
        backends: &["wasmi"],
        platforms: &["x86_64"],
        came: "CRASHED: killed by signal [..]",
        often: Often::Always,
        reason: WASMI_PANICS,
        upstream: "nothing upstream speaks of it",
    },
    Divergence {
        scenario: "panic/through-every-level",
        backends: &["wasmi"],
        platforms: &["x86_64"],
        came: "CRASHED: killed by signal [..]",
        often: Often::Always,
        reason: WASMI_PANICS,
        upstream: "nothing upstream speaks of it",
    },
    // Translated when it is first called, by default; `wasmi:compilation=eager` has it paid by nobody.
    Divergence {
        scenario: "fuel/after-exit",
        backends: &["wasmi"],
        platforms: &[],
        came: "FAILED: line 4: [..]came `the second cost what the first did: false`",
        often: Often::Sometimes,
        reason: "a guest pays for the translation of a function when it first calls it",
        upstream: "nothing upstream speaks of it",
    },
];

impl Divergence {
    /// Whether it is known of a scenario on a subject here.
    pub fn concerns(&self, scenario: &str, backend: &str) -> bool {
        self.scenario == scenario && self.backends.contains(&backend) && self.on_this_platform()
    }

    fn on_this_platform(&self) -> bool {
        let (os, arch) = (std::env::consts::OS, std::env::consts::ARCH);
        let here = |platform: &&str| [os, arch].contains(platform) || **platform == format!("{os}-{arch}");
        self.platforms.is_empty() || self.platforms.iter().any(here)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_names_a_scenario_and_backends_that_exist() {
        for divergence in DIVERGENCES {
            assert!(crate::catalog::scenario::find(divergence.scenario).is_some(), "{}", divergence.scenario);
            for name in divergence.backends {
                assert!(crate::engine::ALL.iter().any(|backend| backend.name == *name), "{name}");
            }
        }
    }
}
