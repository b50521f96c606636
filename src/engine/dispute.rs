//! Known disputes: where random modules are known to part backends, and why.
//!
//! As with known divergences, an entry excuses exactly what it describes.

/// A feature that a backend claims and does not have.
pub struct FalseClaim {
    /// The backend.
    pub backend: &'static str,
    /// The feature, by the name that the proposal has.
    pub feature: &'static str,
    /// What comes of it.
    pub reason: &'static str,
}

/// All of them.
pub static FALSE_CLAIMS: &[FalseClaim] = &[
    FalseClaim {
        backend: "singlepass",
        feature: "simd",
        reason: "singlepass claims it, and refuses its instructions when it compiles them (`module/simd`)",
    },
    FalseClaim {
        backend: "singlepass",
        feature: crate::fuzz::feature_set::MULTI_VALUE_IMPORTS,
        reason: "singlepass claims multi-value, and panics when it compiles a module that imports a function with two results (docs/findings.md)",
    },
];

/// What is known to come on a backend, where others, or the specification, have something else.
pub struct Dispute {
    /// The backends that it is seen on; any where there is none.
    pub backends: &'static [&'static str],
    /// What comes there: what was done, how that ended, and in what they differ where that is not the end; `[..]` stands
    /// for anything.
    pub came: &'static str,
    /// Why.
    pub reason: &'static str,
    /// Where upstream speaks of it; our own words where it does not.
    pub upstream: &'static str,
}

/// All of them.
pub static DISPUTES: &[Dispute] = &[
    Dispute {
        backends: &[],
        came: "[..]: trapped: call stack exhausted",
        reason: "how deep a guest may recurse is the engine's to say, and compilers' frames are not of one size",
        upstream: "https://webassembly.github.io/spec/core/appendix/implementation.html",
    },
    Dispute {
        backends: &["llvm"],
        came: "call[..]: trapped: out of bounds memory access, export g[..]",
        reason: "it leaves out setting a global before a load or store that traps, where the global is set again after it",
        upstream: "docs/findings.md, a global before a trap",
    },
    Dispute {
        backends: &["llvm"],
        came: "compile: refused[..]two different kinds of nan canonicalization at the same time",
        reason: "it refuses an instruction for doubles on a vector that one for floats has just made",
        upstream: "docs/findings.md, two kinds of NaN",
    },
];

impl Dispute {
    /// Whether this is what came on a backend.
    pub fn concerns(&self, backend: &str, came: &str) -> bool {
        (self.backends.is_empty() || self.backends.contains(&backend))
            && crate::catalog::scenario::matches(self.came, came)
    }
}
