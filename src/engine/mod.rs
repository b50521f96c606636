//! The engines: the registry of backends, and the traits that every engine family implements.
//!
//! To add a backend, add a file (a folder for a new engine family), a Cargo feature, and an entry in [`ALL`]. Reports, plots
//! and benches take the backends from [`ALL`]. A family implements [`Family`], whose support tables may begin with one row, and
//! [`Embedding`]. `docs/backends.md` has the steps.
//!
//! Most host code of scenarios and benchmarks is in `src/suite/`, and is compiled once per family.
mod backend_options;
mod backend_spec;
#[cfg(feature = "c-api")]
mod c_api;
pub mod embedding;
#[cfg(any(all(feature = "wasmer", unix), feature = "wasmi", feature = "wasmtime", feature = "c-api"))]
mod exit_latency;
#[cfg(any(all(feature = "wasmer", unix), feature = "wasmi", feature = "wasmtime"))]
mod expected_panic;
mod family;
pub mod known_issue;
mod native;
#[cfg(any(all(feature = "wasmer", unix), feature = "wasmi", feature = "wasmtime", feature = "c-api"))]
mod wasm_features;
#[cfg(all(feature = "wasmer", unix))]
mod wasmer;
#[cfg(feature = "wasmi")]
mod wasmi;
#[cfg(feature = "wasmtime")]
mod wasmtime;
#[cfg(any(all(feature = "wasmer", unix), feature = "wasmi", feature = "wasmtime"))]
mod watermark;

pub use backend_options::{BackendOptions, ListedOption, OptionTable, listed};
pub(crate) use backend_spec::labelled;
pub use backend_spec::{BackendSpec, is_plain_label};
#[cfg(any(all(feature = "wasmer", unix), feature = "wasmi", feature = "wasmtime"))]
pub(crate) use family::NO_C_API;
pub(crate) use family::NO_MODULE;
pub use family::{BenchmarkTable, Family, Never, ScenarioTable, Support, SupportTable};

use std::any::Any;
use std::borrow::Cow;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Result, anyhow, bail};

use crate::catalog::benchmark::Benchmark;
use crate::catalog::scenario::Scenario;
use crate::engine::embedding::{Embedding, Prepared, Transcript};

/// A backend that the program knows, compiled in or not.
pub struct Backend {
    /// The name on the command line.
    pub name: &'static str,
    /// The Cargo feature that compiles it in; `None` if it is always compiled in.
    pub feature: Option<&'static str>,
    /// The licence of its compiler.
    pub licence: &'static str,
    /// Whether it has no engine and only runs native baselines.
    pub native: bool,
    /// Whether it is part of this build, and how to open it.
    pub presence: Availability,
}

/// Whether a backend is part of this build.
pub enum Availability {
    /// Compiled in: the functions that open it and list its options.
    Here(fn(&BackendOptions) -> Result<Arc<dyn OpenBackend>>, fn() -> Vec<ListedOption>),
    /// Compiled in, but needs a shared library: the functions that check the library's file and load it.
    WithLibrary(fn(&BackendOptions) -> Result<()>, fn(&BackendOptions) -> Result<Arc<dyn OpenBackend>>),
    /// The Cargo feature is not enabled.
    NotCompiledIn,
    /// Not available on this platform, for this reason.
    NotOnThisPlatform(&'static str),
}

/// A backend that a Cargo feature compiles in, on platforms where it builds: its name, its feature, the licence of its compiler,
/// the function that opens it, and the tables of its options.
macro_rules! backend {
    ($name:literal, $feature:literal on $platform:meta, $licence:expr, $open:expr, $options:expr) => {
        Backend {
            name: $name,
            feature: Some($feature),
            licence: $licence,
            native: false,
            #[cfg(all(feature = $feature, $platform))]
            presence: Availability::Here(|options| Ok(Arc::new($open(options)?)), || listed($options)),
            #[cfg(all(not(feature = $feature), $platform))]
            presence: Availability::NotCompiledIn,
            #[cfg(not($platform))]
            presence: Availability::NotOnThisPlatform("Wasmer's compilers build on Unix only"),
        }
    };
}

/// The name of the backend of shared libraries.
pub const C_API: &str = "c-api";

const APACHE: &str = "Apache-2.0 WITH LLVM-exception";

/// All backends, in the order of the tables.
pub static ALL: &[Backend] = &[
    backend!(
        "singlepass", "singlepass" on unix, "BUSL-1.1",
        wasmer::Wasmer::open::<wasmer::Singlepass>, wasmer::CompilerSettings::<wasmer::Singlepass>::OPTIONS
    ),
    backend!(
        "cranelift", "cranelift" on unix, "MIT",
        wasmer::Wasmer::open::<wasmer::Cranelift>, wasmer::CompilerSettings::<wasmer::Cranelift>::OPTIONS
    ),
    backend!(
        "llvm", "llvm" on unix, "BUSL-1.1",
        wasmer::Wasmer::open::<wasmer::LLVM>, wasmer::CompilerSettings::<wasmer::LLVM>::OPTIONS
    ),
    backend!("wasmtime-cranelift", "wasmtime" on all(), APACHE, wasmtime::Wasmtime::cranelift, wasmtime::CRANELIFT),
    backend!("wasmtime-winch", "wasmtime" on all(), APACHE, wasmtime::Wasmtime::winch, wasmtime::WINCH),
    backend!("wasmi", "wasmi" on all(), "MIT OR Apache-2.0", wasmi::Wasmi::open, wasmi::OPTIONS),
    Backend {
        name: C_API,
        feature: Some("c-api"),
        licence: "the library's",
        native: false,
        #[cfg(feature = "c-api")]
        presence: Availability::WithLibrary(c_api::check, c_api::open),
        #[cfg(not(feature = "c-api"))]
        presence: Availability::NotCompiledIn,
    },
    Backend {
        name: "native",
        feature: None,
        licence: "-",
        native: true,
        presence: Availability::Here(native::open, Vec::new),
    },
];

/// A backend with its options, ready to run scenarios and benchmarks.
pub trait OpenBackend: Embedding + Send + Sync {
    /// The description of the backend.
    fn about(&self) -> BackendInfo;

    /// Runs a scenario, and writes its transcript to `out`.
    ///
    /// # Errors
    /// [`Unsupported`](embedding::Unsupported) if the backend does not support the scenario; otherwise the scenario cannot continue.
    fn play(&self, scenario: &Scenario, out: &Transcript) -> Result<()>;

    /// The code that is loaded while a native baseline is timed, to make it comparable with this backend's exits.
    ///
    /// # Errors
    /// When the code cannot be loaded.
    fn resident_code(&self) -> Result<Box<dyn Any>>;

    /// Caches the artifacts of benchmarks in a folder, where other processes with the same options find them. Does nothing if
    /// that would not save time.
    fn keep_artifacts(&self, _folder: &Path) {}

    /// Why it cannot prepare a benchmark; `None` if it probably can. Prepares nothing.
    fn lacks(&self, benchmark: &Benchmark) -> Option<Cow<'static, str>>;

    /// Prepares the cell of a benchmark with its parameter `at`.
    ///
    /// # Errors
    /// [`Unsupported`](embedding::Unsupported) if the backend does not support the benchmark; otherwise the preparation failed.
    fn prepare(&self, benchmark: &Benchmark, at: u64) -> Result<Prepared>;
}

/// What a backend says of itself.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
pub struct BackendInfo {
    /// The engine and its version.
    pub engine: String,
    /// The compiler and its version.
    pub compiler: String,
    /// The version of the LLVM that is linked, where one is.
    pub llvm: Option<String>,
    /// The WebAssembly features, beyond the first version, that it claims to support.
    pub wasm_features: Vec<String>,
    /// The native baselines, by their ids, that an exit like any other is made of on this engine.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exit_made_of: Vec<String>,
    /// The name of the file that it was loaded from, where it is a shared library: then its variant is called by a label.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub library: Option<String>,
}

impl BackendInfo {
    /// The compiler's name for an engine without a compiler.
    pub const NO_COMPILER: &str = "none, it interprets";

    /// Whether the engine is an interpreter. A call may then include work that a compiler would do beforehand.
    pub fn is_interpreter(&self) -> bool {
        self.compiler == Self::NO_COMPILER
    }
}

impl Backend {
    /// Whether this build can open it, given a library if it needs one.
    pub fn is_here(&self) -> bool {
        matches!(self.presence, Availability::Here(..) | Availability::WithLibrary(..))
    }

    /// Whether it needs a shared library.
    pub fn needs_library(&self) -> bool {
        matches!(self.presence, Availability::WithLibrary(..))
    }

    /// Checks that [`open`](Self::open) would probably succeed, without running a library's code in this process.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub fn check(&self, options: &BackendOptions) -> Result<()> {
        match self.presence {
            Availability::WithLibrary(check, _) => check(options),
            _ => self.open(options).map(drop),
        }
    }

    /// The options with their values. Empty if the backend is not part of this build, or needs a library.
    pub fn options(&self) -> Vec<ListedOption> {
        match self.presence {
            Availability::Here(_, options) => options(),
            _ => Vec::new(),
        }
    }

    /// Opens the backend with options.
    ///
    /// # Errors
    /// When it is not part of this build, or an option is invalid. The message says what to do.
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

/// The backends that can be opened without a library, except the native baseline.
pub fn here() -> impl Iterator<Item = &'static Backend> {
    ALL.iter().filter(|backend| backend.is_here() && !backend.needs_library() && !backend.native)
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
