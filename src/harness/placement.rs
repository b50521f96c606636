//! Where a program's code comes to lie. The system draws that anew for each process, and what a call costs can hang on
//! it: a call of 65 ns took 81 ns in exactly those processes whose code began at two of eight pages (`docs/measuring.md`).
//! Workers that are set against each other are drawn until they agree in it; which page they agree on is left to chance.
use std::io;
use std::process::{Child, Command};

/// The page at which a process's program begins, modulo eight: as far as a processor was seen to care.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct CodePage(u64);

/// So many draws find one in eight but for one time in five thousand. Where the system draws nothing, they are in vain.
const DRAWS: u32 = 64;

impl CodePage {
    /// Where a process that runs lies, where the platform tells.
    pub(super) fn of(pid: u32) -> Option<Self> {
        Self::first_in(&std::fs::read_to_string(format!("/proc/{pid}/maps")).ok()?)
    }

    /// From a list of mappings by address: the program comes first.
    fn first_in(maps: &str) -> Option<Self> {
        let begins = maps.split('-').next()?;
        Some(Self((u64::from_str_radix(begins, 16).ok()? >> 12) % 8))
    }
}

/// Starts a command, and again until it lies like that one, if it can be had. Those that do not are killed before they
/// have done much more than be loaded.
pub(super) fn spawn(command: &mut Command, like: Option<CodePage>) -> io::Result<Child> {
    let mut child = command.spawn()?;
    for _ in 1..DRAWS {
        let lies = CodePage::of(child.id());
        if like.is_none() || lies.is_none() || lies == like {
            break;
        }
        let unlike = std::mem::replace(&mut child, command.spawn()?);
        bury(unlike);
    }
    Ok(child)
}

fn bury(mut child: Child) {
    let _ = child.kill();
    let _ = child.wait();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_is_that_of_the_first_mapping() {
        let maps = "55a6e2c96000-55a6e2ca0000 r--p 00000000 fe:01 7 /bin/a\n7f25673c7000-7f25673c8000 r-xp 0 0:0 0\n";
        assert_eq!(CodePage::first_in(maps), Some(CodePage(6)));
        assert_eq!(CodePage::first_in("no mapping"), None);
        assert_eq!(CodePage::first_in(""), None);
    }

    /// On eight pages, that ten agree by chance is one in a hundred million.
    #[cfg(target_os = "linux")]
    #[test]
    fn what_is_drawn_alike_lies_alike() {
        let mut command = Command::new("sleep");
        command.arg("60");
        let first = spawn(&mut command, None).unwrap();
        let page = CodePage::of(first.id());
        assert!(page.is_some());
        let alike: Vec<_> = (0..10).map(|_| spawn(&mut command, page).unwrap()).collect();
        assert!(alike.iter().all(|child| CodePage::of(child.id()) == page));
        alike.into_iter().chain([first]).for_each(bury);
    }
}
