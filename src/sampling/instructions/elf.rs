//! Copies programs for valgrind, which fails on the debug information of newer compilers, and reads tables that counting
//! does not need.
use std::fs;
use std::io;
use std::path::Path;

/// Sections that valgrind does not need, besides debug information. Unwinding at run time finds its tables by segment, not
/// by section name.
const UNUSED: [&[u8]; 2] = [b".eh_frame", b".eh_frame_hdr"];

/// Copies a program without debug information, and without function names unless they are wanted. The copy runs like the
/// program.
///
/// # Errors
/// When a file cannot be read or written.
pub(crate) fn copy_for_valgrind(program: &Path, to: &Path, with_names: bool) -> io::Result<()> {
    let mut bytes = fs::read(program)?;
    let is_unused =
        |name: &[u8]| name.starts_with(b".debug") || UNUSED.contains(&name) || (!with_names && name == b".symtab");
    // A program of another kind is copied unchanged, and valgrind reports the problem.
    let _ = rename_sections(&mut bytes, is_unused);
    fs::write(to, bytes)?;
    fs::set_permissions(to, fs::metadata(program)?.permissions())
}

/// Renames the chosen sections of a 64-bit little-endian ELF file, so that they are not found.
fn rename_sections(bytes: &mut [u8], mut is_chosen: impl FnMut(&[u8]) -> bool) -> Option<()> {
    if bytes.get(..6)? != b"\x7fELF\x02\x01" {
        return None;
    }
    let number = |bytes: &[u8], at: usize, width: usize| {
        let field = bytes.get(at..at.checked_add(width)?)?;
        let value = field.iter().rev().fold(0_u64, |value, byte| value << 8 | u64::from(*byte));
        usize::try_from(value).ok()
    };
    let (headers, size) = (number(bytes, 0x28, 8)?, number(bytes, 0x3a, 2)?);
    let (count, names) = (number(bytes, 0x3c, 2)?, number(bytes, 0x3e, 2)?);
    let header = |n: usize| headers.checked_add(n.checked_mul(size)?);
    let table = number(bytes, header(names)?.checked_add(0x18)?, 8)?;
    for n in 0..count {
        let name = table.checked_add(number(bytes, header(n)?, 4)?)?;
        let length = bytes.get(name..)?.iter().position(|byte| *byte == 0)?;
        if length > 1 && is_chosen(&bytes[name..name + length]) {
            bytes[name + 1] = b'-';
        }
    }
    Some(())
}

#[cfg(all(test, target_os = "linux", target_pointer_width = "64"))]
mod tests {
    use std::process::Command;

    use super::*;
    use proptest::prelude::*;

    fn names(bytes: &[u8]) -> Vec<Vec<u8>> {
        let mut found = Vec::new();
        let see = |name: &[u8]| {
            found.push(name.to_owned());
            false
        };
        rename_sections(&mut bytes.to_owned(), see).unwrap();
        found
    }

    #[test]
    fn the_copy_runs_and_has_no_debug_information() {
        let folder = tempfile::tempdir().unwrap();
        let copy = folder.path().join("copy");
        let this = std::env::current_exe().unwrap();
        copy_for_valgrind(&this, &copy, true).unwrap();
        let (before, after) = (names(&fs::read(&this).unwrap()), names(&fs::read(&copy).unwrap()));
        assert!(before.iter().any(|name| name.starts_with(b".eh_frame")));
        assert!(!after.iter().any(|name| name.starts_with(b".debug") || name.starts_with(b".eh_frame")));
        assert_eq!(before.len(), after.len());
        assert!(after.iter().any(|name| name == b".symtab"));
        assert!(Command::new(&copy).arg("--list").output().unwrap().status.success());
    }

    proptest! {
        #[test]
        fn arbitrary_files_do_not_panic(tail in prop::collection::vec(any::<u8>(), 0..300)) {
            let mut bytes = b"\x7fELF\x02\x01".to_vec();
            bytes.extend(tail);
            let _ = rename_sections(&mut bytes, |_| true);
        }
    }
}
