//! A child process per counted cell, so that cells do not affect each other. Starting a worker per cell takes longer than
//! counting.
//!
//! The parent only waits while a child lives, and does the same for each. So every child starts from the same heap, whichever
//! cells came before: counts depend on addresses.
use anyhow::Result;

/// A child process that handles the requests of its parent.
pub(crate) struct Child {
    /// A pipe that closes when the child ends.
    #[cfg(target_os = "linux")]
    alive: std::io::PipeReader,
    #[cfg(target_os = "linux")]
    pid: rustix::process::Pid,
}

/// Forks. Returns the child in the parent, and `None` in the child, in which only the calling thread continues. Until a worker
/// under valgrind forks, it has no other thread that could hold a lock.
///
/// # Errors
/// When the system cannot create a process.
#[cfg(target_os = "linux")]
pub(crate) fn fork() -> Result<Option<Child>> {
    let (alive, writer) = std::io::pipe()?;
    // SAFETY: no lock is held, see above.
    match unsafe { libc::fork() } {
        -1 => Err(std::io::Error::last_os_error().into()),
        0 => {
            // Closed by the end of the process.
            std::mem::forget(writer);
            // A guest may never return.
            rustix::process::set_parent_process_death_signal(Some(rustix::process::Signal::KILL))?;
            Ok(None)
        }
        pid => {
            let pid = rustix::process::Pid::from_raw(pid).expect("a child has a number");
            Ok(Some(Child { alive, pid }))
        }
    }
}

#[cfg(not(target_os = "linux"))]
pub(crate) fn fork() -> Result<Option<Child>> {
    anyhow::bail!("counting instructions needs Linux")
}

/// Makes the current thread the pool of all parallel work that it starts by rayon. The threads of rayon's global pool would be
/// missing in a child, where a compiler would wait for them.
///
/// # Errors
/// When the thread is in a pool already.
pub(crate) fn pool_of_this_thread() -> Result<rayon::ThreadPool> {
    Ok(rayon::ThreadPoolBuilder::new().num_threads(1).use_current_thread().build()?)
}

impl Child {
    /// Waits until the child ends. If the child crashes, this process ends in the same way, so that the supervisor sees the
    /// cause. Without a supervisor, both end.
    ///
    /// # Errors
    /// When the system cannot wait.
    #[cfg(target_os = "linux")]
    pub(crate) fn wait(self) -> Result<()> {
        use rustix::event::{PollFd, PollFlags, poll};
        use rustix::process::{Signal, WaitOptions, getpid, kill_process, waitpid};

        use super::server::end_now;
        let stdin = rustix::stdio::stdin();
        // Only the end of the other side is of interest, which is reported always.
        let mut ends = [PollFd::new(&self.alive, PollFlags::empty()), PollFd::new(&stdin, PollFlags::empty())];
        poll(&mut ends, None)?;
        if !ends[1].revents().is_empty() {
            end_now();
        }
        let Some((_, status)) = waitpid(Some(self.pid), WaitOptions::empty())? else { end_now() };
        if status.exit_status() != Some(0) {
            if let Some(signal) = status.terminating_signal().and_then(Signal::from_named_raw) {
                kill_process(getpid(), signal)?;
            }
            end_now();
        }
        Ok(())
    }

    #[cfg(not(target_os = "linux"))]
    pub(crate) fn wait(self) -> Result<()> {
        Ok(())
    }
}

/// Ends the child without destructors.
pub(crate) fn end_child() -> ! {
    #[cfg(target_os = "linux")]
    // SAFETY: ends the process.
    unsafe {
        libc::_exit(0)
    }
    #[cfg(not(target_os = "linux"))]
    std::process::exit(0)
}
