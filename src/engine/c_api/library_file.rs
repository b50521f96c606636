//! Checks that a file is a library for this machine, without running any of its code.
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};

/// Checks that a file is a shared library for this machine, and returns its absolute path.
///
/// # Errors
/// When the file is missing, or is not a library for this machine.
pub(super) fn check(file: &Path) -> Result<PathBuf> {
    // The loader searches for a bare name in the system folders only.
    let file = std::path::absolute(file)?;
    let kind = std::fs::metadata(&file).with_context(|| format!("no library {}", file.display()))?;
    ensure!(kind.is_file(), "{} is no file", file.display());
    let mut head = Vec::new();
    let opened = File::open(&file).with_context(|| format!("cannot read {}", file.display()))?;
    opened.take(20).read_to_end(&mut head)?;
    fits(&head).with_context(|| format!("{} is no library for this machine", file.display()))?;
    Ok(file)
}

/// The number of this program's architecture in ELF headers, if known.
const ELF_MACHINE: Option<u16> = match () {
    () if cfg!(target_arch = "x86_64") => Some(62),
    () if cfg!(target_arch = "aarch64") => Some(183),
    () if cfg!(target_arch = "riscv64") => Some(243),
    () => None,
};

/// Checks the first 20 bytes of an ELF file. Other formats are left to the loader.
fn fits(head: &[u8]) -> Result<()> {
    if !cfg!(target_os = "linux") {
        return Ok(());
    }
    let [0x7f, b'E', b'L', b'F', class, endian, rest @ ..] = head else { bail!("it does not begin as one does") };
    let [.., kind_0, kind_1, machine_0, machine_1] = rest else { bail!("it is cut off") };
    ensure!(head.len() == 20, "it is cut off");
    ensure!(*class == 2 && *endian == 1, "it is not of 64 bits with the least byte first");
    let (kind, machine) = (u16::from_le_bytes([*kind_0, *kind_1]), u16::from_le_bytes([*machine_0, *machine_1]));
    ensure!(kind == 3, "it is a program or an object file");
    if let Some(ours) = ELF_MACHINE {
        ensure!(machine == ours, "its machine has the number {machine}, and this one has {ours}");
    }
    Ok(())
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    fn message(bytes: &[u8]) -> String {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("lib.so");
        std::fs::write(&file, bytes).unwrap();
        check(&file).map_or_else(|error| format!("{error:#}"), |_| "fits".into())
    }

    fn header(class: u8, kind: u8, machine: u16) -> Vec<u8> {
        let mut head = b"\x7fELF\x00\x01\x01\0\0\0\0\0\0\0\0\0".to_vec();
        head[4] = class;
        head.extend([kind, 0]);
        head.extend(machine.to_le_bytes());
        head
    }

    #[test]
    fn other_files_than_libraries_are_rejected_before_any_code_runs() {
        let ours = ELF_MACHINE.unwrap_or(62);
        assert_eq!(message(&header(2, 3, ours)), "fits");
        assert!(message(&header(2, 3, ours + 1)).ends_with(&format!("{}, and this one has {ours}", ours + 1)));
        assert!(message(&header(2, 1, ours)).ends_with("a program or an object file"));
        assert!(message(&header(1, 3, ours)).ends_with("the least byte first"));
        assert!(message(&header(2, 3, ours)[..19]).ends_with("cut off"));
        assert!(message(b"\0asm\x01\0\0\0").ends_with("does not begin as one does"));
        assert!(message(b"").ends_with("does not begin as one does"));
        let missing = check(Path::new("/nowhere/lib.so")).unwrap_err().to_string();
        assert_eq!(missing, "no library /nowhere/lib.so");
        let folder = check(&std::env::temp_dir()).unwrap_err().to_string();
        assert!(folder.ends_with("is no file"), "{folder}");
    }
}
