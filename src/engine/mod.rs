//! What compiles and runs a guest: the registry, and what every engine family fills in.
//!
//! To add a backend: a file (a folder, for a new engine family), a Cargo feature, and an entry in [`ALL`]. Nothing
//! else names a backend: not the reports, not the plots, not the benches. A family implements [`Family`], whose
//! repertoire may begin with one row, and [`Embedding`]; `docs/backends.md` goes through it step by step.
//!
//! The host code of scenarios and benchmarks is written once, in `src/suite/`, and compiled once per family.
mod backend_options;
mod backend_spec;
#[cfg(feature = "c-api")]
mod c_api;
pub mod embedding;
#[cfg(any(all(feature = "wasmer", unix), feature = "wasmi", feature = "wasmtime"))]
mod expected_panic;
mod family;
pub mod known_issue;
mod native;
#[cfg(any(feature = "wasmi", feature = "wasmtime"))]
mod no_error_clones;
#[cfg(any(feature = "wasmi", feature = "wasmtime", feature = "c-api"))]
mod wasm_features;
#[cfg(all(feature = "wasmer", unix))]
mod wasmer;
#[cfg(feature = "wasmi")]
mod wasmi;
#[cfg(feature = "wasmtime")]
mod wasmtime;
#[cfg(any(all(feature = "wasmer", unix), feature = "wasmi", feature = "wasmtime"))]
mod watermark;

pub use backend_options::{ApplyOption, BackendOption, BackendOptions, ListedOption, listed};
pub use backend_spec::{BackendSpec, is_plain_label};
#[cfg(any(all(feature = "wasmer", unix), feature = "wasmi", feature = "wasmtime"))]
pub(crate) use family::NO_C_API;
pub(crate) use family::NO_MODULE;
pub use family::{
    BackendError, BenchmarkTable, Family, Never, Play, Prepare, ScenarioTable, Support, SupportTable, Table, Tables,
};

use std::any::Any;
use std::borrow::Cow;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Result, anyhow, bail};

use crate::catalog::benchmark::Benchmark;
use crate::catalog::scenario::Scenario;
use crate::engine::embedding::{Embedding, Prepared, Transcript};

/// A backend that the program knows of, compiled in or not.
pub struct Backend {
    /// What the command line calls it.
    pub name: &'static str,
    /// The Cargo feature that compiles it in; nothing where it always is.
    pub feature: Option<&'static str>,
    /// The licence of its compiler.
    pub licence: &'static str,
    /// No WebAssembly in it: a row to hold the others against, which plays no scenario.
    pub floor: bool,
    /// Whether it is here, and how to open it.
    pub presence: Availability,
}

/// Whether a backend is part of this build.
pub enum Availability {
    /// Compiled in: this opens it, with options that it takes.
    Here(fn(&BackendOptions) -> Result<Arc<dyn OpenBackend>>, fn() -> Vec<ListedOption>),
    /// Compiled in, and of use with a shared library alone: this looks at the library's file, and this loads it.
    WithLibrary(fn(&BackendOptions) -> Result<()>, fn(&BackendOptions) -> Result<Arc<dyn OpenBackend>>),
    /// Its feature was not asked for.
    NotCompiledIn,
    /// No feature brings it to this platform.
    NotOnThisPlatform(&'static str),
}

/// The presence of a backend that a feature brings, on platforms where it builds.
macro_rules! brought_by {
    ($feature:literal, $open:expr, $options:expr) => {
        brought_by!($feature, on all(), else "", $open, $options)
    };
    ($feature:literal, on $platform:meta, else $why:literal, $open:expr, $options:expr) => {{
        #[cfg(all(feature = $feature, $platform))]
        {
            Availability::Here($open, $options)
        }
        #[cfg(all(not(feature = $feature), $platform))]
        {
            Availability::NotCompiledIn
        }
        #[cfg(not($platform))]
        {
            Availability::NotOnThisPlatform($why)
        }
    }};
}

/// The backend of shared libraries.
pub const C_API: &str = "c-api";

/// All of them, in the order in which tables show them.
pub static ALL: &[Backend] = &[
    Backend {
        name: "singlepass",
        feature: Some("singlepass"),
        licence: "BUSL-1.1",
        floor: false,
        presence: brought_by!("singlepass", on unix, else "Wasmer's compilers build on Unix only", wasmer::singlepass::open, wasmer::singlepass::options),
    },
    Backend {
        name: "cranelift",
        feature: Some("cranelift"),
        licence: "MIT",
        floor: false,
        presence: brought_by!("cranelift", on unix, else "Wasmer's compilers build on Unix only", wasmer::cranelift::open, wasmer::cranelift::options),
    },
    Backend {
        name: "llvm",
        feature: Some("llvm"),
        licence: "BUSL-1.1",
        floor: false,
        presence: brought_by!("llvm", on unix, else "Wasmer's compilers build on Unix only", wasmer::llvm::open, wasmer::llvm::options),
    },
    Backend {
        name: "wasmtime-cranelift",
        feature: Some("wasmtime"),
        licence: "Apache-2.0 WITH LLVM-exception",
        floor: false,
        presence: brought_by!("wasmtime", wasmtime::cranelift, wasmtime::cranelift_options),
    },
    Backend {
        name: "wasmtime-winch",
        feature: Some("wasmtime"),
        licence: "Apache-2.0 WITH LLVM-exception",
        floor: false,
        presence: brought_by!("wasmtime", wasmtime::winch, wasmtime::winch_options),
    },
    Backend {
        name: "wasmi",
        feature: Some("wasmi"),
        licence: "MIT OR Apache-2.0",
        floor: false,
        presence: brought_by!("wasmi", wasmi::open, wasmi::options),
    },
    Backend {
        name: C_API,
        feature: Some("c-api"),
        licence: "the library's",
        floor: false,
        #[cfg(feature = "c-api")]
        presence: Availability::WithLibrary(c_api::check, c_api::open),
        #[cfg(not(feature = "c-api"))]
        presence: Availability::NotCompiledIn,
    },
    Backend {
        name: "native",
        feature: None,
        licence: "-",
        floor: true,
        presence: Availability::Here(native::open, Vec::new),
    },
];

/// A backend with its options: what is checked, measured, and shown as a column.
pub trait OpenBackend: Embedding + Send + Sync {
    /// What it says of itself.
    fn about(&self) -> BackendInfo;

    /// Plays a scenario.
    ///
    /// # Errors
    /// When this backend cannot, or when the scenario cannot go on.
    fn play(&self, scenario: &Scenario, out: &Transcript) -> Result<(), BackendError>;

    /// What has to be there while a floor is timed, so that it can be compared with this backend's exits.
    ///
    /// # Errors
    /// When it could not be made.
    fn resident_code(&self) -> Result<Box<dyn Any>>;

    /// Keeps what it compiles for benchmarks in a folder, and takes it from there: another process with the same options
    /// put it there. Where that saves nothing, it does not.
    fn keep_artifacts(&self, _folder: &Path) {}

    /// Why it can never prepare a benchmark, where that is so; told without preparing anything.
    fn lacks(&self, benchmark: &Benchmark) -> Option<Cow<'static, str>>;

    /// Prepares the cell of a benchmark with its parameter `at`.
    ///
    /// # Errors
    /// When this backend cannot, or when what the cell needs could not be made.
    fn prepare(&self, benchmark: &Benchmark, at: u64) -> Result<Prepared, BackendError>;
}

/// What a backend says of itself.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
pub struct BackendInfo {
    /// The engine and its version.
    pub engine: String,
    /// The compiler and its version.
    pub compiler: String,
    /// The version of the LLVM that is linked, where one is.
    pub llvm: Option<String>,
    /// The WebAssembly features, beyond the first version, that it claims to support.
    pub wasm_features: Vec<String>,
    /// The floors, by their ids, that an exit like any other is made of on this engine.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exit_made_of: Vec<String>,
    /// The name of the file that it was loaded from, where it is a shared library: then its variant is called by a label.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub library: Option<String>,
}

impl BackendInfo {
    /// What an engine without a compiler says in its place.
    pub const NO_COMPILER: &str = "none, it interprets";

    /// Whether it interprets: then making a module leaves work for the calls.
    pub fn is_interpreter(&self) -> bool {
        self.compiler == Self::NO_COMPILER
    }
}

impl Backend {
    /// Whether it can be opened, with a library where it needs one.
    pub fn is_here(&self) -> bool {
        matches!(self.presence, Availability::Here(..) | Availability::WithLibrary(..))
    }

    /// Whether it is of use with a shared library alone.
    pub fn needs_library(&self) -> bool {
        matches!(self.presence, Availability::WithLibrary(..))
    }

    /// Whether [`open`](Self::open) is likely to succeed, found without running a library's code in this process.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub fn check(&self, options: &BackendOptions) -> Result<()> {
        match self.presence {
            Availability::WithLibrary(check, _) => check(options),
            _ => self.open(options).map(drop),
        }
    }

    /// Its options, each with the values that it takes; known only where it is here.
    pub fn options(&self) -> Vec<ListedOption> {
        match self.presence {
            Availability::Here(_, options) => options(),
            _ => Vec::new(),
        }
    }

    /// Makes it ready.
    ///
    /// # Errors
    /// When it is not part of this build, or does not know an option; says what to do.
    pub fn open(&self, options: &BackendOptions) -> Result<Arc<dyn OpenBackend>> {
        match self.presence {
            Availability::Here(open, _) => open(options).map_err(|error| anyhow!("{}: {error}", self.name)),
            Availability::WithLibrary(_, open) => open(options),
            Availability::NotCompiledIn => {
                let feature = self.feature.unwrap_or(self.name);
                bail!("backend `{}` is not compiled in: build with --features {feature}", self.name)
            }
            Availability::NotOnThisPlatform(why) => bail!("backend `{}` cannot be had here: {why}", self.name),
        }
    }
}

/// The backends that can be opened without a library and are no floor.
pub fn here() -> impl Iterator<Item = &'static Backend> {
    ALL.iter().filter(|backend| backend.is_here() && !backend.needs_library() && !backend.floor)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_backend_names_its_feature() {
        for backend in ALL.iter().filter(|backend| matches!(backend.presence, Availability::NotCompiledIn)) {
            let error = backend.open(&BackendOptions::default()).err().unwrap().to_string();
            assert!(error.contains(&format!("--features {}", backend.feature.unwrap())), "{error}");
        }
    }
}
