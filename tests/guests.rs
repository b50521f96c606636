//! Tests that the committed builds of the Rust guests match their sources, and that the `.wat` guests are valid.
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

fn guests() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("guests")
}

fn hash(path: &Path) -> String {
    // A checkout may have converted the line ends, but the hashes are of files without carriage returns.
    let mut bytes = fs::read(path).unwrap();
    if path.extension().is_none_or(|extension| extension != "wasm") {
        bytes.retain(|byte| *byte != b'\r');
    }
    Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The hashes by path. Each line of the manifest is `sha256  path`, written by `scripts/build-guests`.
fn manifest() -> BTreeMap<String, String> {
    let text = fs::read_to_string(guests().join("built/sources.sha256")).unwrap();
    text.lines().map(|line| line.split_once("  ").unwrap()).map(|(hash, path)| (path.into(), hash.into())).collect()
}

#[test]
fn guests_are_built_from_their_sources() {
    let manifest = manifest();
    for (path, built_from) in &manifest {
        assert_eq!(hash(&guests().join(path)), *built_from, "{path} changed: run scripts/build-guests");
    }
}

#[test]
fn every_rust_guest_is_in_the_manifest() {
    let manifest = manifest();
    for entry in fs::read_dir(guests()).unwrap().map(Result::unwrap) {
        let name = entry.file_name().into_string().unwrap();
        if entry.path().join("Cargo.toml").exists() {
            for path in [format!("built/{name}.wasm"), format!("{name}/Cargo.toml"), format!("{name}/src/lib.rs")] {
                assert!(manifest.contains_key(&path), "{path} is not in the manifest: run scripts/build-guests");
            }
        }
    }
}

#[test]
fn every_guest_in_the_text_format_is_valid() {
    for entry in fs::read_dir(guests()).unwrap().map(Result::unwrap) {
        if entry.path().extension().is_some_and(|extension| extension == "wat") {
            let text = fs::read_to_string(entry.path()).unwrap();
            assert!(text.starts_with(";; "), "{} says what it is for", entry.path().display());
            wat::parse_str(&text).unwrap_or_else(|error| panic!("{}: {error}", entry.path().display()));
        }
    }
}
