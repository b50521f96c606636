//! Where a program's code comes to lie. The system draws that anew for each process, and what a call costs can hang on
//! it: a call of 65 ns took 81 ns in exactly those processes whose code began at two of eight pages (`docs/measuring.md`).
//! Workers that are set against each other are drawn until they agree in it; which page they agree on is left to chance.
use std::io;
use std::process::{Child, Command};
use std::time::{Duration, Instant};

/// The page at which a process's program begins, modulo eight: as far as a processor was seen to care.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct CodePage(u64);

/// A process that has just been started is soon loaded.
const LOADING: Duration = Duration::from_secs(1);
/// On a busy machine a draw takes long, and there are worse disturbances than where code lies. Tests are about where it lies, and
/// wait.
const DRAWING: Duration = if cfg!(test) { Duration::from_secs(600) } else { Duration::from_millis(150) };
/// So many draws find one in eight but for one time in five thousand. Where the system draws nothing, they are in vain.
const DRAWS: u32 = 64;

impl CodePage {
    /// Where a process lies, where the platform tells.
    pub(crate) fn of(pid: u32) -> Option<Self> {
        let started = Instant::now();
        loop {
            let maps = std::fs::read_to_string(format!("/proc/{pid}/maps")).ok()?;
            let page = Self::in_maps(&maps);
            // Whoever started it hears of that before its program is mapped. One that is over has no mappings.
            if page.is_some() || maps.is_empty() || started.elapsed() > LOADING {
                return page;
            }
            std::thread::yield_now();
        }
    }

    /// From a list of mappings by address: the program comes first, once it is there, and is a file.
    fn in_maps(maps: &str) -> Option<Self> {
        let program = maps.lines().next().filter(|mapping| mapping.contains('/'))?;
        let (begins, _) = program.split_once('-')?;
        Some(Self((u64::from_str_radix(begins, 16).ok()? >> 12) % 8))
    }
}

/// Starts a command, and again until it lies like that one, if it can be had. Those that do not are killed before they
/// have done much more than be loaded.
pub(crate) fn spawn(command: &mut Command, like: Option<CodePage>) -> io::Result<Child> {
    let mut child = command.spawn()?;
    let Some(like) = like else { return Ok(child) };
    let started = Instant::now();
    for _ in 1..DRAWS {
        if started.elapsed() > DRAWING {
            break;
        }
        if CodePage::of(child.id()).is_none_or(|lies| lies == like) {
            break;
        }
        bury(std::mem::replace(&mut child, command.spawn()?));
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
        assert_eq!(CodePage::in_maps(maps), Some(CodePage(6)));
        let not_yet = "7ffd2edb1000-7ffd2edd2000 rw-p 00000000 00:00 0 [stack]\n";
        assert_eq!(["no mapping", "", not_yet].map(CodePage::in_maps), [None; 3]);
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
