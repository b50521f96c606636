//! Tests of imports, exports and files whose names contain control characters or are not Unicode.
use std::fs;

use crate::{early_exit, here, written};

/// Names that clear the screen, set the title, reverse the direction of text, and break the line.
const IMPORT: &str = "\u{1b}[2J\u{202e}gpj.\u{9b}31m";
const EXPORT: &str = "\u{1b}]0;title\u{7}\nall 7 backends agree";

/// A module with these names, in a temporary folder.
fn guest() -> (tempfile::TempDir, String) {
    let escaped = |name: &str| name.chars().map(|c| format!("\\u{{{:x}}}", c as u32)).collect::<String>();
    let (import, export) = (escaped(IMPORT), escaped(EXPORT));
    let text = format!(
        r#"(module (import "{import}" "{import}" (func $f)) (memory (export "{import}") 1)
             (func (export "{export}") call $f unreachable))"#
    );
    written("guest.wat", text)
}

/// The output of a command, which must contain none of these characters unescaped.
fn shown(arguments: &[&str]) -> String {
    // Output as for a terminal, because otherwise all control sequences are removed.
    let output = early_exit(arguments).env("CLICOLOR_FORCE", "1").output().unwrap();
    let shown = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap()).concat();
    let plain = anstyle_only(&shown);
    for steers in ['\u{1b}', '\u{7}', '\u{9b}', '\u{202e}'] {
        assert!(!plain.contains(steers), "{arguments:?}: {plain:?}");
    }
    assert!(!plain.lines().any(|line| line.starts_with("all 7")), "{plain}");
    plain
}

/// Removes the program's own colours, which are escape sequences that end in `m`.
fn anstyle_only(text: &str) -> String {
    let mut parts = text.split("\u{1b}[");
    let mut plain = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        match part.find(|c: char| !c.is_ascii_digit() && c != ';') {
            Some(end) if part[end..].starts_with('m') => plain += &part[end + 1..],
            _ => plain += &format!("\u{1b}[{part}"),
        }
    }
    plain
}

#[test]
fn names_in_a_module_do_not_steer_the_terminal() {
    if here().is_empty() {
        return;
    }
    let (_folder, guest) = guest();
    let ran = shown(&["run", &guest, "--invoke", EXPORT]);
    assert!(ran.contains(r"\u{1b}[2J\u{202e}gpj.\u{9b}31m") && ran.contains(r"\u{1b}]0;title\u{7}\nall"), "{ran}");
    let exited = shown(&["run", &guest, "--invoke", EXPORT, "--exit-at", "any"]);
    assert!(exited.contains(r"\u{202e}gpj"), "{exited}");
}

#[test]
fn nor_do_they_in_errors() {
    if here().is_empty() {
        return;
    }
    let (_folder, guest) = guest();
    for wrong in [&["--invoke", "missing"][..], &["--exit-at", "missing"], &["--invoke", EXPORT, "7"]] {
        let told = shown(&[&["run", &guest], wrong].concat());
        assert!(told.starts_with("error: ") && told.contains(r"\u{"), "{told}");
    }
    let told = shown(&["run", "no/such\u{1b}[2Jfile.wasm"]);
    assert!(told.contains(r"such\u{1b}[2Jfile"), "{told}");
}

#[test]
#[cfg(target_os = "linux")]
fn files_may_have_names_that_are_no_text() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;

    let folder = tempfile::tempdir().unwrap();
    let place = |name: &[u8]| folder.path().join(OsStr::from_bytes(name));
    let wasm = wat::parse_str(r#"(module (func (export "_start")))"#).unwrap();
    fs::create_dir(place(b"folder\xff")).unwrap();
    let files = [place(b"\xffguest.wasm"), place(b"\xffguest.wat"), place(b"\xff"), place(b"folder\xff/guest.wasm")];
    for (file, content) in files.iter().zip([&wasm[..], b"(module)", &wasm, &wasm]) {
        fs::write(file, content).unwrap();
        if !here().is_empty() {
            let output = early_exit(&["run"]).arg(file).output().unwrap();
            assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
        }
    }
    // Writes a report and reads it again.
    let report = place(b"report\xff.json");
    let arguments =
        ["measure", "--backend", "native", "--filter", "floor/empty", "--budget", "10", "--launches", "3", "-o"];
    early_exit(&arguments).arg(&report).assert().success();
    early_exit(&["report"]).arg(&report).assert().success();
    let page = place(b"page\xff.html");
    early_exit(&["report", "--format", "html", "-o"]).arg(&page).arg(&report).assert().success();
    assert!(page.exists());
}
