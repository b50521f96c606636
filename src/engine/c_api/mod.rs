//! Any engine's shared library through the standard C API, `wasm.h`: loaded at run time, so that no release of an engine
//! has to be compiled in.
mod benchmarks;
mod bindings;
mod convert;
mod embedding;
mod fixture;
mod interface;
mod library;
mod objects;
mod scenarios;

use std::ffi::CStr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result};

use self::bindings::{Api, Store};
use self::objects::Owned;
use super::{BackendInfo, BackendOptions, Family, Never, OpenBackend, SupportTable, wasm_features};

/// A library.
pub(crate) struct CApi {
    /// Never unloaded.
    api: &'static Api,
    implementation: Implementation,
    about: BackendInfo,
}

/// Whose library it is, by the functions that it has besides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Implementation {
    Wasmtime,
    Wasmer,
    Wasmi,
    Another,
}

/// The label and the file of a library; none of its code runs.
fn named(options: &BackendOptions) -> Result<(&str, PathBuf)> {
    let (label, file) = options.single().context("`--library [LABEL=]PATH` names a library")?;
    Ok((label, library::check(file.as_ref())?))
}

/// Looks at a library's file.
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
        let implementation = match api {
            Api { wasmer_version: Some(_), .. } => Implementation::Wasmer,
            Api { wasmtime_error_message: Some(_), .. } => Implementation::Wasmtime,
            Api { wasmi_trap_new: Some(_), .. } => Implementation::Wasmi,
            _ => Implementation::Another,
        };
        let engine = objects::engine(api)?;
        let store = objects::store(api, &engine)?;
        let claims = wasm_features::claimed(|wasm| objects::validates(api, &store, wasm));
        let about = BackendInfo {
            engine: engine_name(api, implementation, &store, label),
            compiler: match implementation {
                Implementation::Wasmi => BackendInfo::NO_COMPILER.into(),
                _ => "the library's default".into(),
            },
            llvm: None,
            wasm_features: claims.into_iter().filter(|claim| !NOT_ACROSS.contains(&claim.as_str())).collect(),
            exit_made_of: Vec::new(),
            library: file.file_name().map(|name| name.to_string_lossy().into_owned()),
        };
        Ok(Self { api, implementation, about })
    }
}

/// The engine, with its version where the library tells it, and else the label.
fn engine_name(api: &Api, implementation: Implementation, store: &Owned<Store>, label: &str) -> String {
    match implementation {
        Implementation::Wasmer => {
            let version = api.wasmer_version.map(|version| {
                // SAFETY: it returns a constant.
                unsafe { CStr::from_ptr(version()) }.to_string_lossy().into_owned()
            });
            format!("wasmer {}", version.unwrap_or_default())
        }
        Implementation::Wasmtime => match wasmtime_version(api, store) {
            Some(version) => format!("wasmtime {version}"),
            None => format!("wasmtime ({label})"),
        },
        Implementation::Wasmi => format!("wasmi ({label})"),
        Implementation::Another => label.to_owned(),
    }
}

/// Wasmtime writes its version into what it compiles: a byte for the length, and the text.
fn wasmtime_version(api: &Api, store: &Owned<Store>) -> Option<String> {
    let module = objects::module(api, store, b"\0asm\x01\0\0\0")?;
    version_in(&objects::serialize(api, &module))
}

/// The first text in an artifact that is a version and has its length before it: `48.0.0`, or, since wasmtime 40 or so, the
/// first number of it before the name of the target.
fn version_in(artifact: &[u8]) -> Option<String> {
    let text = |at: usize| artifact.get(at + 1..at + 1 + usize::from(*artifact.get(at)?));
    let is_number = |part: &[u8]| (1..=4).contains(&part.len()) && part.iter().all(u8::is_ascii_digit);
    let found = (0..artifact.len()).filter_map(|at| Some((at, text(at)?))).find(|(at, version)| {
        let parts: Vec<_> = version.split(|byte| *byte == b'.').collect();
        let is_target = |target: &[u8]| target.starts_with(std::env::consts::ARCH.as_bytes());
        parts.iter().all(|part| is_number(part))
            && match parts.len() {
                3 => true,
                1 => text(at + 1 + version.len()).is_some_and(is_target),
                _ => false,
            }
    });
    String::from_utf8(found?.1.to_vec()).ok()
}

/// What a library may take inside of a module, and no host can hand over: random modules do without.
const NOT_ACROSS: &[&str] = &["reference-types", "simd", "relaxed-simd", "threads", "exceptions", "memory64", "gc"];

const NO_TYPED_ERRORS: &str =
    "an exit is a trap with a message, no error of the host's own type: see `dynamic-exit` and `c-api/`";
const NO_LIMITS: &str = "the C API has no limits, no fuel, no interruption and no async calls";
const NOT_MEASURED: &str = "not measured through the C API";

/// What is not there, by what the ids of scenarios and benchmarks begin with.
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
    // Scenarios about what the libraries' own APIs offer, and benchmarks whose functions have typed parameters.
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
    const REPERTOIRE: SupportTable<Self> = SupportTable {
        scenarios: &[&[scenarios::SCENARIOS]],
        benchmarks: &[&[benchmarks::BENCHMARKS]],
        never: &[NEVER],
    };

    fn about(&self) -> BackendInfo {
        self.about.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_found_by_its_length() {
        assert_eq!(version_in(b"\x7fELF 1.2\x00\x0648.0.0\x01"), Some("48.0.0".into()));
        assert_eq!(version_in(b"\x0548.0.0 \x04 1.0 \x071.2.3.4\x0250"), None);
        let target = format!("\x01\x0250\x18{:24}", std::env::consts::ARCH);
        assert_eq!(version_in(target.as_bytes()), Some("50".into()));
    }
}
