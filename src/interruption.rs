//! Ctrl-C, SIGTERM and SIGHUP: the first signal sets a flag, and the second ends the program at once. The commands end in
//! good order and print what they have: `unless_interrupted` in `src/command/mod.rs`.
use std::ffi::c_int;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;

/// Whether the program is interrupted, and by which signal. Clones share the state.
#[derive(Debug, Clone, Default)]
pub struct Interruption {
    listens: Arc<AtomicBool>,
    requested: Arc<AtomicBool>,
    signal: Arc<AtomicUsize>,
}

impl Interruption {
    /// Handles the signals from now on. Until then they end the program.
    ///
    /// # Errors
    /// When the system rejects a handler.
    pub fn listen(&self) -> io::Result<()> {
        if self.listens.swap(true, Ordering::SeqCst) {
            return Ok(());
        }
        for signal in signals() {
            // Handlers run in the order of registration, so the first signal must not reach the flag before this check.
            flag::register_conditional_shutdown(signal, 128 + signal, self.requested.clone())?;
            flag::register_usize(signal, self.signal.clone(), signal as usize)?;
            flag::register(signal, self.requested.clone())?;
        }
        Ok(())
    }

    /// Whether the program is interrupted.
    pub fn is_requested(&self) -> bool {
        self.requested.load(Ordering::SeqCst)
    }

    /// The exit status after an interruption: 130 after Ctrl-C, 143 after SIGTERM, 129 after SIGHUP.
    pub fn exit_status(&self) -> Option<u8> {
        let signal = self.signal.load(Ordering::SeqCst);
        self.is_requested().then(|| u8::try_from(128 + signal).unwrap_or(u8::MAX))
    }
}

/// The signals that interrupt. A closed terminal does too, unless the parent ignores that, as `nohup` does.
fn signals() -> Vec<c_int> {
    let mut signals = vec![SIGINT, SIGTERM];
    #[cfg(unix)]
    {
        // SAFETY: without a new action, the call only writes the present one, for which all zeros is a valid value.
        let action = unsafe {
            let mut action: libc::sigaction = std::mem::zeroed();
            (libc::sigaction(libc::SIGHUP, std::ptr::null(), &raw mut action) == 0).then_some(action)
        };
        if action.is_some_and(|action| action.sa_sigaction != libc::SIG_IGN) {
            signals.push(libc::SIGHUP);
        }
    }
    signals
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_exit_status_is_that_of_the_signal() {
        let interruption = Interruption::default();
        assert_eq!((interruption.is_requested(), interruption.exit_status()), (false, None));
        interruption.signal.store(SIGTERM as usize, Ordering::SeqCst);
        interruption.requested.store(true, Ordering::SeqCst);
        assert_eq!((interruption.clone().is_requested(), interruption.exit_status()), (true, Some(143)));
    }
}
