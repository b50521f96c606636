//! [`Build`]: how the program that produced a result was built.
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How the program was built.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Build {
    /// This program's version.
    pub version: String,
    /// The git revision, with `-dirty` if the work tree had changes.
    pub revision: String,
    /// The output of `rustc --version`.
    pub rustc: String,
    /// The Cargo profile.
    pub profile: String,
    /// The optimisation level of this crate.
    pub opt_level: String,
    /// The target platform.
    pub target: String,
    /// Compiler flags from the environment.
    pub rustflags: String,
    /// Cargo features, sorted.
    pub features: Vec<String>,
}

impl Build {
    /// This build.
    pub fn this() -> Self {
        let features = [
            ("async", cfg!(feature = "async")),
            ("c-api", cfg!(feature = "c-api")),
            ("cranelift", cfg!(feature = "cranelift")),
            ("host-interrupt", cfg!(feature = "host-interrupt")),
            ("llvm", cfg!(feature = "llvm")),
            ("singlepass", cfg!(feature = "singlepass")),
            ("wasmi", cfg!(feature = "wasmi")),
            ("wasmtime", cfg!(feature = "wasmtime")),
        ];
        Self {
            version: env!("CARGO_PKG_VERSION").into(),
            revision: env!("EARLY_EXIT_REVISION").into(),
            rustc: env!("EARLY_EXIT_RUSTC").into(),
            profile: env!("EARLY_EXIT_PROFILE").into(),
            opt_level: env!("EARLY_EXIT_OPT_LEVEL").into(),
            target: env!("EARLY_EXIT_TARGET").into(),
            rustflags: env!("EARLY_EXIT_RUSTFLAGS").into(),
            features: features.into_iter().filter(|(_, on)| *on).map(|(name, _)| name.to_owned()).collect(),
        }
    }
}
