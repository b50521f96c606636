//! The engine of a library and its version. Functions that are not in `wasm.h` identify the engine.
use std::ffi::CStr;

use super::bindings::{Api, Store};
use super::objects::Owned;

/// Whether the engine is wasmi, an interpreter.
pub(super) fn is_wasmi(api: &Api) -> bool {
    // Other engines' libraries may contain wasmi.
    api.wasmi_trap_new.is_some() && api.wasmer_version.is_none() && api.wasmtime_error_message.is_none()
}

/// The engine with its version, or with the library's label if the version is not known.
pub(super) fn engine_name(api: &Api, store: &Owned<Store>, label: &str) -> String {
    if let Some(version) = api.wasmer_version {
        // SAFETY: `wasmer_version` returns a constant C string.
        format!("wasmer {}", unsafe { CStr::from_ptr(version()) }.to_string_lossy())
    } else if api.wasmtime_error_message.is_some() {
        match wasmtime_version(api, store) {
            Some(version) => format!("wasmtime {version}"),
            None => format!("wasmtime ({label})"),
        }
    } else if is_wasmi(api) {
        format!("wasmi ({label})")
    } else {
        label.to_owned()
    }
}

/// The version in an artifact of wasmtime, where it is stored as a length byte and text.
fn wasmtime_version(api: &Api, store: &Owned<Store>) -> Option<String> {
    let module = api.compile(store, b"\0asm\x01\0\0\0")?;
    version_in(&api.serialize(&module))
}

/// Finds the first version in an artifact that follows its length byte: `48.0.0`, or, since about wasmtime 40, the first number
/// of the version if the name of the target follows.
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
