//! A backend with its options (`cranelift:opt=none`) or a library (`--library LABEL=PATH`), parsed from the command line.
use std::fmt;
use std::path::Path;
use std::str::FromStr;
use std::sync::Arc;

use anyhow::{Error, Result, anyhow, bail};

use super::{ALL, Backend, BackendInfo, BackendOptions, C_API, OpenBackend};
use crate::suggest;

/// The name of a backend, with its options. Parsing does not look up the name, because another build may have backends that
/// this build does not know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BackendSpec {
    name: String,
    /// For a library, its label and path.
    options: BackendOptions,
}

impl BackendSpec {
    /// A backend without options.
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), options: BackendOptions::default() }
    }

    /// A library, from `[LABEL=]PATH`.
    ///
    /// # Errors
    /// If the path is empty, or the label (by default from the file's name) is empty, is a backend's name, or has other
    /// characters than ASCII letters, digits, `.`, `_`, `+` and `-`.
    pub fn library(library: &str) -> Result<Self> {
        let (label, path) = labelled(library, || {
            let stem = Path::new(library).file_stem().unwrap_or_default().to_string_lossy();
            stem.strip_prefix("lib").unwrap_or(&stem).to_owned()
        });
        if path.is_empty() || !is_plain_label(&label) || ALL.iter().any(|backend| backend.name == label) {
            bail!(
                "--library {library}: `{label}` is no label for a library; write --library LABEL=PATH, such as wasmtime-36={path}"
            );
        }
        Ok(Self { name: C_API.into(), options: BackendOptions::default().with(label, path) })
    }

    /// The same backend with an option added, or its value replaced.
    #[must_use]
    pub fn with(&self, option: &str, value: &str) -> Self {
        Self { name: self.name.clone(), options: self.options.clone().with(option, value) }
    }

    /// The name of the backend.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The backend of this name.
    ///
    /// # Errors
    /// If there is no backend of this name. The message suggests a known one, or lists all.
    pub fn backend(&self) -> Result<&'static Backend> {
        ALL.iter().find(|backend| backend.name == self.name).ok_or_else(|| {
            let known: Vec<_> = ALL.iter().map(|backend| backend.name).collect();
            anyhow!("no backend `{}`; {}", self.name, suggest::hint("there are", &self.name, &known))
        })
    }

    /// Checks that opening would probably succeed, without running a library's code in this process.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub fn check(&self) -> Result<()> {
        self.backend()?.check(&self.options)
    }

    /// Opens the backend.
    ///
    /// # Errors
    /// As [`backend`](Self::backend) and [`Backend::open`].
    pub fn open(&self) -> Result<Arc<dyn OpenBackend>> {
        self.backend()?.open(&self.options)
    }

    /// The label in tables: the label of a library, or else the name and options of the backend.
    pub fn label(&self) -> String {
        match self.as_library() {
            Some((label, _)) => label.into(),
            None => self.to_string(),
        }
    }

    /// The name in the table of known issues; for a library it includes the engine: `c-api/wasmtime 36.0.0`.
    pub fn issue_name(&self, about: &BackendInfo) -> String {
        if self.name == C_API { format!("{C_API}/{}", about.engine) } else { self.name.clone() }
    }

    /// The argument on the command line.
    pub fn as_argument(&self) -> String {
        match self.as_library() {
            Some((label, path)) => format!("--library {label}={path}"),
            None => format!("--backend {self}"),
        }
    }

    fn as_library(&self) -> Option<(&str, &str)> {
        self.options.single().filter(|_| self.name == C_API)
    }
}

impl FromStr for BackendSpec {
    type Err = Error;

    /// # Errors
    /// If the options cannot be parsed.
    fn from_str(text: &str) -> Result<Self> {
        let (name, options) = text.split_once(':').unwrap_or((text, ""));
        // A library's path may contain commas.
        let is_library = name == C_API && !options.is_empty();
        let options = if is_library { BackendOptions::pair(options) } else { BackendOptions::parse(options) };
        Ok(Self { name: name.into(), options: options.map_err(|error| anyhow!("{text}: {error}"))? })
    }
}

impl fmt::Display for BackendSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let separator = if self.options.is_empty() { "" } else { ":" };
        write!(f, "{}{separator}{}", self.name, self.options)
    }
}

/// Splits `[LABEL=]PATH`, with a default label. A path with `=` needs a separator before it, such as `./a=b`.
pub(crate) fn labelled(text: &str, default: impl FnOnce() -> String) -> (String, &str) {
    match text.split_once('=') {
        Some((label, path)) if !label.contains(['/', '\\']) => (label.to_owned(), path),
        _ => (default(), text),
    }
}

/// Whether a label needs no quotes: it is not empty, and has only ASCII letters, digits, `.`, `_`, `+` and `-`.
pub fn is_plain_label(label: &str) -> bool {
    let plain = |letter: char| letter.is_ascii_alphanumeric() || "._+-".contains(letter);
    !label.is_empty() && label.chars().all(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spec(text: &str) -> BackendSpec {
        text.parse().unwrap()
    }

    #[test]
    fn an_unknown_name_lists_the_known_ones() {
        let error = |text: &str| spec(text).backend().err().unwrap().to_string();
        assert_eq!(error("cranlift:opt=none"), "no backend `cranlift`; did you mean `cranelift`?");
        assert_eq!(
            error("v8"),
            "no backend `v8`; there are: singlepass, cranelift, llvm, wasmtime-cranelift, wasmtime-winch, wasmi, c-api, native"
        );
    }

    #[test]
    fn canonical_nans_are_more_code_on_every_compiler_that_has_the_option() {
        // So much code that its size shows in whole pages.
        let add = "(func (export \"add\") (param f32) (result f32) local.get 0".to_owned()
            + &" local.get 0 f32.add".repeat(2_000)
            + ")";
        let wasm = wat::parse_str(format!("(module {add})")).unwrap();
        let size = |backend: &Backend, nan: &str| {
            let engine = BackendSpec::new(backend.name).with("nan", nan).open().unwrap();
            engine.compile(&wasm).unwrap().serialize().unwrap().size()
        };
        for backend in crate::engine::here().filter(|backend| backend.options().iter().any(|(key, _)| *key == "nan")) {
            let (canonical, any) = (size(backend, "canonical"), size(backend, "any"));
            assert!(canonical > any, "{}: {canonical} and {any} bytes", backend.name);
        }
    }

    #[test]
    fn options_have_a_canonical_order_and_add_up() {
        assert_eq!(spec("cranelift:threads=1,opt=none"), spec("cranelift").with("opt", "none").with("threads", "1"));
        assert_eq!(spec("cranelift:threads=1,opt=none").label(), "cranelift:opt=none,threads=1");
        assert_eq!(
            "cranelift:opt".parse::<BackendSpec>().unwrap_err().to_string(),
            "cranelift:opt: `opt` is not `option=value`"
        );
    }

    #[test]
    fn the_label_of_a_library_is_given_or_from_its_file() {
        let library = |text: &str| BackendSpec::library(text).unwrap().to_string();
        assert_eq!(library("target/libwasmtime-36.0.0.so"), "c-api:wasmtime-36.0.0=target/libwasmtime-36.0.0.so");
        assert_eq!(library("old=/a,b=c/lib.so"), "c-api:old=/a,b=c/lib.so");
        assert_eq!(library("./a=b/libx.so"), "c-api:x=./a=b/libx.so");
        let old = spec("c-api:old=/a,b=c/lib.so");
        assert_eq!((old.label().as_str(), old.as_argument().as_str()), ("old", "--library old=/a,b=c/lib.so"));
        assert_eq!(BackendSpec::library("old=/a,b=c/lib.so").unwrap(), old);
        for wrong in ["", "=lib.so", "a b=lib.so", "x=", "wasmi=lib.so", "/", "libwasmi.so"] {
            let error = BackendSpec::library(wrong).unwrap_err().to_string();
            assert!(error.contains("no label for a library"), "{wrong}: {error}");
        }
    }
}
