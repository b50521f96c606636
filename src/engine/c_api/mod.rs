//! The backend `c-api`: shared libraries of any engine with the standard C API, `wasm.h`. They are loaded at run time, so that
//! no release has to be compiled in.
mod benchmarks;
mod bindings;
mod convert;
mod embedding;
mod fixture;
mod interface;
mod library_file;
mod objects;
mod scenarios;
mod version;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result};

use self::bindings::Api;
use super::{BackendInfo, BackendOptions, Family, Never, OpenBackend, SupportTable, wasm_features};

/// A loaded library.
pub(crate) struct CApi {
    /// The functions of the library, which is never unloaded.
    api: &'static Api,
    about: BackendInfo,
}

/// The label and the checked file of a library. None of the library's code runs.
fn named(options: &BackendOptions) -> Result<(&str, PathBuf)> {
    let (label, file) = options.single().context("`--library [LABEL=]PATH` names a library")?;
    Ok((label, library_file::check(file.as_ref())?))
}

/// Checks the file of a library without running its code.
pub(super) fn check(options: &BackendOptions) -> Result<()> {
    named(options).map(drop)
}

/// Loads a library.
pub(super) fn open(options: &BackendOptions) -> Result<Arc<dyn OpenBackend>> {
    let (label, file) = named(options)?;
    Ok(Arc::new(CApi::load(label, &file).with_context(|| format!("cannot use the library {}", file.display()))?))
}

impl CApi {
    fn load(label: &str, file: &Path) -> Result<Self> {
        let api: &'static Api = Box::leak(Box::new(Api::load(file)?));
        let engine = api.new_engine()?;
        let store = api.new_store(&engine)?;
        let claims = wasm_features::claimed(|wasm| api.validates(&store, wasm));
        let about = BackendInfo {
            engine: version::engine_name(api, &store, label),
            compiler: if version::is_wasmi(api) { BackendInfo::NO_COMPILER } else { "the library's default" }.into(),
            llvm: None,
            wasm_features: claims.into_iter().filter(|claim| !UNTESTABLE_FEATURES.contains(&claim.as_str())).collect(),
            exit_made_of: Vec::new(),
            library: file.file_name().map(|name| name.to_string_lossy().into_owned()),
        };
        Ok(Self { api, about })
    }
}

/// Features that a module may use internally, but that no host can use through the C API. Random modules do not use them.
const UNTESTABLE_FEATURES: &[&str] =
    &["reference-types", "simd", "relaxed-simd", "threads", "exceptions", "memory64", "gc"];

const NO_TYPED_ERRORS: &str =
    "an exit is a trap with a message, no error of the host's own type: see `dynamic-exit` and `c-api/`";
const NO_LIMITS: &str = "the C API has no limits, no fuel, no interruption and no async calls";
const NOT_MEASURED: &str = "not measured through the C API";

/// Prefixes of the ids of unsupported scenarios and benchmarks, with reasons.
const NEVER: Never = &[
    ("early-exit", NO_TYPED_ERRORS),
    ("interrupt-execution", NO_TYPED_ERRORS),
    ("exit/", NO_TYPED_ERRORS),
    ("catch/", NO_TYPED_ERRORS),
    ("trap/downcast-says-no", NO_TYPED_ERRORS),
    ("trap/through-levels", "see `c-api/nested`"),
    ("nesting/", "see `c-api/nested`"),
    ("threads/", "see `c-api/threads`"),
    ("soak/", "see `c-api/soak`"),
    ("guest/", "the C API has no exceptions"),
    ("panic/", "a host function in C does not panic"),
    ("async/", NO_LIMITS),
    ("metering/", NO_LIMITS),
    ("fuel/", NO_LIMITS),
    ("limit/", NO_LIMITS),
    ("interrupt/", NO_LIMITS),
    ("resume/", NO_LIMITS),
    ("stop/", NO_LIMITS),
    // `SCENARIOS` and `BENCHMARKS` take precedence: the following themes are unsupported except for the ids in these tables.
    ("after/", "not written for the C API"),
    ("depth/", "not written for the C API"),
    ("module/", "not written for the C API"),
    ("rust-stack/", "not written for the C API"),
    ("wasi/", "not written for the C API"),
    ("artifact/", NOT_MEASURED),
    ("call/", NOT_MEASURED),
    ("cold/", NOT_MEASURED),
    ("compile/", NOT_MEASURED),
    ("recover/", NOT_MEASURED),
    ("unwind/", NOT_MEASURED),
];

impl Family for CApi {
    const SUPPORT: SupportTable<Self> = SupportTable {
        scenarios: &[&[scenarios::SCENARIOS]],
        benchmarks: &[&[benchmarks::BENCHMARKS]],
        never: &[NEVER],
    };

    fn about(&self) -> BackendInfo {
        self.about.clone()
    }
}
