//! A child process per counted cell, so that cells do not affect each other. Starting a worker per cell takes longer than
//! counting.
use std::fs::File;
use std::io::Write;
#[cfg(target_os = "linux")]
use std::os::fd::OwnedFd;

use anyhow::Result;

use super::protocol::Request;
#[cfg(target_os = "linux")]
use super::server::end_now;

/// The process after a fork.
pub(crate) enum Fork {
    /// The child, which reads its requests here.
    #[cfg_attr(not(target_os = "linux"), expect(dead_code, reason = "there is no child elsewhere"))]
    Child(File),
    /// The parent.
    #[cfg_attr(not(target_os = "linux"), expect(dead_code, reason = "there is no child elsewhere"))]
    Parent(Child),
}

/// A child process that handles the requests of its parent.
pub(crate) struct Child {
    requests: File,
    #[cfg(target_os = "linux")]
    pid: rustix::process::Pid,
}

/// Forks. Only the calling thread continues in the child. Until a worker under valgrind forks, everything runs on it, so no other
/// holds a lock.
///
/// # Errors
/// When the system cannot create a process.
#[cfg(target_os = "linux")]
pub(crate) fn fork() -> Result<Fork> {
    let (reader, requests) = std::io::pipe()?;
    let [reader, requests] = [OwnedFd::from(reader), OwnedFd::from(requests)].map(File::from);
    // SAFETY: no lock is held, see above.
    match unsafe { libc::fork() } {
        -1 => Err(std::io::Error::last_os_error().into()),
        0 => {
            drop(requests);
            // A guest may never return.
            rustix::process::set_parent_process_death_signal(Some(rustix::process::Signal::KILL))?;
            Ok(Fork::Child(reader))
        }
        pid => {
            let pid = rustix::process::Pid::from_raw(pid).expect("a child has a number");
            Ok(Fork::Parent(Child { requests, pid }))
        }
    }
}

/// Makes the current thread the pool of all parallel work that it starts by rayon. The threads of rayon's global pool would be
/// missing in a child, where a compiler would wait for them.
///
/// # Errors
/// When the thread is in a pool already.
pub(crate) fn pool_of_this_thread() -> Result<rayon::ThreadPool> {
    Ok(rayon::ThreadPoolBuilder::new().num_threads(1).use_current_thread().build()?)
}

#[cfg(not(target_os = "linux"))]
pub(crate) fn fork() -> Result<Fork> {
    anyhow::bail!("counting instructions needs Linux")
}

impl Child {
    /// Relays requests until the child ends. If the child crashes, this process ends in the same way, so that the supervisor
    /// sees the cause.
    ///
    /// # Errors
    /// When no thread can be started to watch the child.
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
        loop {
            // Without a supervisor, the child ends with this process.
            let Some(line) = lines.next() else { end_now() };
            let is_last = matches!(serde_json::from_str(&line), Ok(Request::Join));
            // A dead child is noticed by the watching thread.
            let _ = self.requests.write_all(format!("{line}\n").as_bytes());
            if is_last {
                break;
            }
        }
        let _ = watched.join();
        Ok(())
    }

    #[cfg(not(target_os = "linux"))]
    pub(crate) fn relay(mut self, _: &mut impl Iterator<Item = String>) -> Result<()> {
        self.requests.flush()?;
        unreachable_request(&Request::Join)
    }
}

#[cfg(not(target_os = "linux"))]
fn unreachable_request(request: &Request) -> Result<()> {
    anyhow::bail!("{request:?} without a child process")
}

/// Ends the child without destructors.
#[cfg(target_os = "linux")]
pub(crate) fn end_child() -> ! {
    // SAFETY: ends the process.
    unsafe { libc::_exit(0) }
}

#[cfg(not(target_os = "linux"))]
pub(crate) fn end_child() -> ! {
    std::process::exit(0)
}
