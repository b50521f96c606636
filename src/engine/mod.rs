//! What compiles and runs a guest: the registry, and what every engine family fills in.
//!
//! To add a backend: a file (a folder, for a new engine family), a Cargo feature, and an entry in [`ALL`]. Nothing
//! else names a backend: not the reports, not the plots, not the benches. A family implements [`Family`], whose
//! repertoire may begin with one row, and [`Embedding`]; `docs/backends.md` goes through it step by step.
//!
//! The host code of scenarios and benchmarks is written once, in `src/suite/`, and compiled once per family.
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
mod setting;
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

#[cfg(any(all(feature = "wasmer", unix), feature = "wasmi", feature = "wasmtime"))]
pub(crate) use family::NO_C_API;
pub(crate) use family::NO_MODULE;
pub use family::{
    BackendError, BenchmarkTable, Family, Never, Play, Prepare, ScenarioTable, Support, SupportTable, Table, Tables,
};
pub use setting::{ApplyOption, BackendOption, BackendOptions, Listed, listed};

use std::any::Any;
use std::borrow::Cow;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Result, anyhow, bail};

use crate::catalog::benchmark::Benchmark;
use crate::catalog::scenario::Scenario;
use crate::engine::embedding::{Embedding, Prepared, Transcript};
use crate::suggest;

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
    Here(fn(&BackendOptions) -> Result<Arc<dyn OpenBackend>>, fn() -> Vec<Listed>),
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

/// A backend with its settings: what is checked, measured, and shown as a column.
pub trait OpenBackend: Embedding + Send + Sync {
    /// What it says of itself.
    fn about(&self) -> BackendInfo;

    /// Plays a scenario.
    ///
    /// # Errors
    /// When this backend cannot, or when the scenario cannot go on.
    fn play(&self, scenario: &Scenario, out: &Transcript) -> Result<(), BackendError>;

    /// What has to be there while a floor is timed, so that it can be held against this subject's exits.
    ///
    /// # Errors
    /// When it could not be made.
    fn company(&self) -> Result<Box<dyn Any>>;

    /// Keeps what it compiles for benchmarks in a folder, and takes it from there: another process with the same settings
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
    pub fn check(&self, settings: &BackendOptions) -> Result<()> {
        match self.presence {
            Availability::WithLibrary(check, _) => check(settings),
            _ => self.open(settings).map(drop),
        }
    }

    /// Its options, each with the values that it takes; known only where it is here.
    pub fn options(&self) -> Vec<Listed> {
        match self.presence {
            Availability::Here(_, options) => options(),
            _ => Vec::new(),
        }
    }

    /// Makes it ready.
    ///
    /// # Errors
    /// When it is not part of this build, or does not know a setting; says what to do.
    pub fn open(&self, settings: &BackendOptions) -> Result<Arc<dyn OpenBackend>> {
        match self.presence {
            Availability::Here(open, _) => open(settings).map_err(|error| anyhow!("{}: {error}", self.name)),
            Availability::WithLibrary(_, open) => open(settings),
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

/// A backend and its settings apart: `cranelift:opt=none`.
///
/// # Errors
/// When there is no such backend (it names those there are), or the settings cannot be read.
pub fn parse(spec: &str) -> Result<(&'static Backend, BackendOptions)> {
    let (name, settings) = spec.split_once(':').unwrap_or((spec, ""));
    let Some(backend) = ALL.iter().find(|backend| backend.name == name) else {
        let known: Vec<_> = ALL.iter().map(|backend| backend.name).collect();
        bail!("no backend `{name}`; {}", suggest::hint("there are", name, &known));
    };
    // A library's path may have commas and more.
    let is_library = name == C_API && !settings.is_empty();
    let settings = if is_library { BackendOptions::pair(settings) } else { BackendOptions::parse(settings) };
    Ok((backend, settings.map_err(|error| anyhow!("{spec}: {error}"))?))
}

/// What names a library to [`parse`].
///
/// # Errors
/// When the label, or the one that the file's name makes, has more than letters, digits, `.`, `_`, `+` and `-`, or is a
/// backend's name.
pub fn library_spec(library: &str) -> Result<String> {
    let (label, path) = match library.split_once('=') {
        Some((label, path)) if !label.contains(['/', '\\']) => (label.to_owned(), path),
        _ => {
            let name =
                Path::new(library).file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
            (name.strip_prefix("lib").unwrap_or(&name).to_owned(), library)
        }
    };
    if path.is_empty() || !is_plain_label(&label) || ALL.iter().any(|backend| backend.name == label) {
        bail!(
            "--library {library}: `{label}` is no label for a library; write --library LABEL=PATH, such as wasmtime-36={path}"
        );
    }
    Ok(format!("{C_API}:{label}={path}"))
}

/// Whether a label needs no care wherever it is shown or typed: letters, digits, `.`, `_`, `+` and `-`.
pub fn is_plain_label(label: &str) -> bool {
    let known = |letter: char| letter.is_ascii_alphanumeric() || "._+-".contains(letter);
    !label.is_empty() && label.chars().all(known)
}

/// What tables call a backend with its settings: as [`parse`] takes it, but for a library, which has a label.
pub fn label(spec: &str) -> &str {
    match spec.split_once(':') {
        Some((C_API, library)) => library.split_once('=').map_or(library, |(label, _)| label),
        _ => spec,
    }
}

/// What known issues call a backend: by its name, and a library by its engine too (`c-api/wasmtime 36.0.0`).
pub fn issue_name(spec: &str, about: &BackendInfo) -> String {
    let name = spec.split(':').next().unwrap_or_default();
    if name == C_API { format!("{C_API}/{}", about.engine) } else { name.to_owned() }
}

/// The argument of the command line that selects a backend with its settings.
pub fn as_argument(spec: &str) -> String {
    match spec.split_once(':') {
        Some((C_API, library)) => format!("--library {library}"),
        _ => format!("--backend {spec}"),
    }
}

/// Opens what [`parse`] reads.
///
/// # Errors
/// As [`parse`] and [`Backend::open`].
pub fn open(spec: &str) -> Result<Arc<dyn OpenBackend>> {
    let (backend, settings) = parse(spec)?;
    backend.open(&settings)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_name_lists_the_right_ones() {
        let told = |spec: &str| parse(spec).err().unwrap().to_string();
        assert_eq!(told("cranlift:opt=none"), "no backend `cranlift`; did you mean `cranelift`?");
        assert_eq!(
            told("v8"),
            "no backend `v8`; there are: singlepass, cranelift, llvm, wasmtime-cranelift, wasmtime-winch, wasmi, c-api, native"
        );
    }

    #[test]
    fn a_library_has_a_label_of_its_own_or_of_its_file() {
        let spec = |library: &str| library_spec(library).unwrap();
        assert_eq!(spec("target/libwasmtime-36.0.0.so"), "c-api:wasmtime-36.0.0=target/libwasmtime-36.0.0.so");
        assert_eq!(spec("old=/a,b=c/lib.so"), "c-api:old=/a,b=c/lib.so");
        assert_eq!(spec("./a=b/libx.so"), "c-api:x=./a=b/libx.so");
        assert_eq!(label("c-api:old=/a,b=c/lib.so"), "old");
        assert_eq!(label("cranelift:opt=none"), "cranelift:opt=none");
        assert_eq!(as_argument("c-api:old=/a,b=c/lib.so"), "--library old=/a,b=c/lib.so");
        assert_eq!(parse("c-api:old=/a,b=c/lib.so").unwrap().1.single(), Some(("old", "/a,b=c/lib.so")));
        for wrong in ["", "=lib.so", "a b=lib.so", "x=", "wasmi=lib.so", "/", "libwasmi.so"] {
            let told = library_spec(wrong).unwrap_err().to_string();
            assert!(told.contains("no label for a library"), "{wrong}: {told}");
        }
    }

    #[test]
    fn what_is_not_compiled_in_says_which_feature_brings_it() {
        for backend in ALL.iter().filter(|backend| matches!(backend.presence, Availability::NotCompiledIn)) {
            let error = backend.open(&BackendOptions::default()).err().unwrap().to_string();
            assert!(error.contains(&format!("--features {}", backend.feature.unwrap())), "{error}");
        }
    }
}
