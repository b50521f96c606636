//! A child process of a worker for each cell whose instructions are counted: what one cell leaves behind is not in the
//! next. Starting a worker anew for each would take longer than counting.
use std::fs::File;
use std::io::Write;
#[cfg(target_os = "linux")]
use std::os::fd::OwnedFd;

use anyhow::Result;

use super::protocol::Request;
#[cfg(target_os = "linux")]
use super::server::end_now;

/// Which of the two this process is.
pub(crate) enum Fork {
    /// The child, and where it is asked.
    #[cfg_attr(not(target_os = "linux"), expect(dead_code, reason = "there is no child elsewhere"))]
    Child(File),
    /// The parent.
    #[cfg_attr(not(target_os = "linux"), expect(dead_code, reason = "there is no child elsewhere"))]
    Parent(Child),
}

/// A child process that answers what its parent is asked.
pub(crate) struct Child {
    asks: File,
    #[cfg(target_os = "linux")]
    pid: rustix::process::Pid,
}

/// Forks. In the child, only the calling thread goes on. A worker does this before it has done anything else, so no other
/// thread of it holds a lock but the one that reads its questions, which the child does not use.
///
/// # Errors
/// When the system has no other process for it.
#[cfg(target_os = "linux")]
pub(crate) fn fork() -> Result<Fork> {
    let (asked, asks) = std::io::pipe()?;
    let [asked, asks] = [OwnedFd::from(asked), OwnedFd::from(asks)].map(File::from);
    // SAFETY: as above; what the child inherits is used by it alone.
    match unsafe { libc::fork() } {
        -1 => Err(std::io::Error::last_os_error().into()),
        0 => {
            drop(asks);
            Ok(Fork::Child(asked))
        }
        pid => {
            let pid = rustix::process::Pid::from_raw(pid).expect("a child has a number");
            Ok(Fork::Parent(Child { asks, pid }))
        }
    }
}

#[cfg(not(target_os = "linux"))]
pub(crate) fn fork() -> Result<Fork> {
    anyhow::bail!("cells are counted in processes of their own on Linux only")
}

impl Child {
    /// Hands on all that is asked, up to and with the end of the child. One that ends before takes this process along: the
    /// supervisor sees a worker that died of the same.
    ///
    /// # Errors
    /// When there is no thread to watch the child.
    #[cfg(target_os = "linux")]
    pub(crate) fn relay(mut self, lines: &mut impl Iterator<Item = String>) -> Result<()> {
        use rustix::process::{WaitOptions, getpid, kill_process, waitpid};
        let pid = self.pid;
        let watch = move || {
            let Ok(Some((_, status))) = waitpid(Some(pid), WaitOptions::empty()) else { end_now() };
            if status.exit_status() != Some(0) {
                if let Some(signal) = status.terminating_signal().and_then(rustix::process::Signal::from_named_raw) {
                    let _ = kill_process(getpid(), signal);
                }
                end_now();
            }
        };
        let watched = std::thread::Builder::new().spawn(watch)?;
        for line in lines {
            let is_last = matches!(serde_json::from_str(&line), Ok(Request::Join));
            // One that is gone is found by who watches it.
            let _ = self.asks.write_all(line.as_bytes()).and_then(|()| self.asks.write_all(b"\n"));
            if is_last {
                break;
            }
        }
        let _ = watched.join();
        Ok(())
    }

    #[cfg(not(target_os = "linux"))]
    pub(crate) fn relay(mut self, _: &mut impl Iterator<Item = String>) -> Result<()> {
        self.asks.flush()?;
        unreachable_ask(&Request::Join)
    }
}

#[cfg(not(target_os = "linux"))]
fn unreachable_ask(ask: &Request) -> Result<()> {
    anyhow::bail!("{ask:?} without a child process")
}

/// Ends the child, and runs nothing more in it.
#[cfg(target_os = "linux")]
pub(crate) fn end_child() -> ! {
    // SAFETY: ends the process.
    unsafe { libc::_exit(0) }
}

#[cfg(not(target_os = "linux"))]
pub(crate) fn end_child() -> ! {
    std::process::exit(0)
}
