//! The alignment of a process's code. The system chooses a code address per process, and the cost of a call can depend
//! on it: a call of 65 ns took 81 ns in exactly those processes whose code began at two of eight pages
//! (`docs/notes/measuring.md`). Workers that are compared are restarted until their alignments agree; the alignment itself is
//! random.
use std::io;
use std::process::{Child, Command};
use std::time::{Duration, Instant};

/// The page at which a process's code begins, modulo 8, the largest period with an observed effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct CodePage(u64);

/// The longest wait until the system has mapped a new process's program.
const MAX_LOADING: Duration = Duration::from_secs(1);
/// The longest time to start processes over. On a busy machine each start takes long, and other disturbances are worse than
/// the alignment of code. Tests of the alignment wait.
const MAX_ALIGNING: Duration = if cfg!(test) { Duration::from_secs(600) } else { Duration::from_millis(150) };
/// Most starts of a process. One of eight alignments is missed once in 5,000 times. Without address randomization, all
/// starts are equal.
const MAX_STARTS: u32 = 64;

impl CodePage {
    /// The code page of a process; `None` if the platform does not report it.
    pub(crate) fn of(pid: u32) -> Option<Self> {
        let started = Instant::now();
        loop {
            let maps = std::fs::read_to_string(format!("/proc/{pid}/maps")).ok()?;
            let page = Self::in_maps(&maps);
            // The program may not be mapped yet. An ended process has no mappings.
            if page.is_some() || maps.is_empty() || started.elapsed() > MAX_LOADING {
                return page;
            }
            std::thread::yield_now();
        }
    }

    /// Reads the page from a list of mappings sorted by address: the program is the first mapping, and is a file.
    fn in_maps(maps: &str) -> Option<Self> {
        let program = maps.lines().next().filter(|mapping| mapping.contains('/'))?;
        let (start, _) = program.split_once('-')?;
        Some(Self((u64::from_str_radix(start, 16).ok()? >> 12) % 8))
    }
}

/// Starts a command until its code page equals `like`, at most [`MAX_STARTS`] times. The other processes are killed
/// right after they are loaded.
pub(crate) fn spawn(command: &mut Command, like: Option<CodePage>) -> io::Result<Child> {
    let mut child = command.spawn()?;
    let Some(like) = like else { return Ok(child) };
    let started = Instant::now();
    for _ in 1..MAX_STARTS {
        if started.elapsed() > MAX_ALIGNING || CodePage::of(child.id()).is_none_or(|page| page == like) {
            break;
        }
        kill_and_wait(std::mem::replace(&mut child, command.spawn()?));
    }
    Ok(child)
}

fn kill_and_wait(mut child: Child) {
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

    /// The chance that ten processes agree by accident is below 10⁻⁸.
    #[cfg(target_os = "linux")]
    #[test]
    fn processes_started_with_a_page_have_that_page() {
        let mut command = Command::new("sleep");
        command.arg("60");
        let first = spawn(&mut command, None).unwrap();
        let page = CodePage::of(first.id());
        assert!(page.is_some());
        let others: Vec<_> = (0..10).map(|_| spawn(&mut command, page).unwrap()).collect();
        assert!(others.iter().all(|child| CodePage::of(child.id()) == page));
        others.into_iter().chain([first]).for_each(kill_and_wait);
    }
}
