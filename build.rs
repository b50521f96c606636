//! Says plainly what a build with LLVM lacks, and notes what was built, for the fingerprint.
use std::env;
use std::path::PathBuf;
use std::process::Command;

fn main() {
    if env::var_os("CARGO_FEATURE_LLVM").is_some() {
        require_llvm();
    }
    note_the_build();
}

/// The LLVM that `wasmer-compiler-llvm` 7.4.2 is written for.
const LLVM: &str = "22.1";

/// Cargo decides whether it comes to this or to `llvm-sys` first. That one says the same by `.cargo/llvm/bin/llvm-config`,
/// where Cargo is run in this repository.
fn require_llvm() {
    println!("cargo::rerun-if-env-changed=LLVM_SYS_221_PREFIX");
    println!("cargo::rerun-if-env-changed=PATH");
    let found = match env::var_os("LLVM_SYS_221_PREFIX") {
        Some(prefix) => version_of(PathBuf::from(prefix).join("bin/llvm-config")),
        None => {
            ["llvm-config-22", "llvm-config"].into_iter().filter_map(|name| version_of(name.into())).find(|v| fits(v))
        }
    };
    let Some(version) = found.filter(|version| fits(version)) else {
        println!("cargo::error=the feature `llvm` needs LLVM {LLVM}, and no `llvm-config-22` is on the PATH");
        println!("cargo::error=to install it on Debian, Ubuntu or macOS: scripts/install-llvm");
        println!("cargo::error=to use one that lies elsewhere: set LLVM_SYS_221_PREFIX to its folder");
        println!("cargo::error=to go on without it: leave `llvm` (and `compilers`) out of --features");
        return;
    };
    println!("cargo::rustc-env=EARLY_EXIT_LLVM={version}");
}

fn fits(version: &str) -> bool {
    version.strip_prefix(LLVM).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

fn version_of(llvm_config: PathBuf) -> Option<String> {
    said(Command::new(llvm_config).arg("--version"))
}

fn note_the_build() {
    let rustc = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let wrote = |name: &str, value: Option<String>| {
        println!("cargo::rustc-env=EARLY_EXIT_{name}={}", value.unwrap_or_else(|| "unknown".into()));
    };
    let flags = env::var("CARGO_ENCODED_RUSTFLAGS").unwrap_or_default().replace('\x1f', " ");
    wrote("RUSTC", said(Command::new(rustc).arg("--version")));
    wrote("TARGET", env::var("TARGET").ok());
    wrote("OPT_LEVEL", env::var("OPT_LEVEL").ok());
    wrote("PROFILE", profile());
    wrote("RUSTFLAGS", Some(flags));
    wrote("REVISION", revision());
    // Engines that do not say which version they are.
    for (name, package) in [("WASMTIME", "wasmtime"), ("WASMI", "wasmi"), ("CRANELIFT", "cranelift-codegen")] {
        wrote(name, locked(package));
    }
    for part in ["src", "guests", "Cargo.toml", "Cargo.lock", "build.rs", ".git/HEAD", ".git/logs/HEAD"] {
        if PathBuf::from(part).exists() {
            println!("cargo::rerun-if-changed={part}");
        }
    }
}

/// The profile by the folder that it is built in: `PROFILE` knows only debug and release.
fn profile() -> Option<String> {
    let out = PathBuf::from(env::var_os("OUT_DIR")?);
    let name = out.ancestors().nth(3)?.file_name()?.to_str()?;
    Some(if name == "debug" { "dev".into() } else { name.into() })
}

/// The git revision, and whether the work tree had changes on top of it.
fn revision() -> Option<String> {
    let revision = said(Command::new("git").args(["rev-parse", "--short=12", "HEAD"]))?;
    let dirty = said(Command::new("git").args(["status", "--porcelain", "--untracked-files=no"])).is_some();
    Some(if dirty { format!("{revision}-dirty") } else { revision })
}

/// The version of a package that the lock file has.
fn locked(package: &str) -> Option<String> {
    let lock = std::fs::read_to_string("Cargo.lock").ok()?;
    let (_, entry) = lock.split_once(&format!("name = \"{package}\"\nversion = \""))?;
    Some(entry.split_once('"')?.0.to_owned())
}

/// What a command printed, if it did well and printed something.
fn said(command: &mut Command) -> Option<String> {
    let output = command.output().ok().filter(|output| output.status.success())?;
    let text = String::from_utf8(output.stdout).ok()?.trim().to_owned();
    (!text.is_empty()).then_some(text)
}
