//! Valgrind's client requests: a process under valgrind starts and stops counting, around the timed part of a batch.
//!
//! A client request is a sequence of instructions without effect on a processor that valgrind recognizes (`valgrind.h`). So
//! valgrind need not be installed, and nothing is linked.
use std::cell::Cell;
use std::time::Duration;

use crate::process_stats;

/// The base of callgrind's requests: `VG_USERREQ_TOOL_BASE('C', 'T')`.
const TOOL: usize = (b'C' as usize) << 24 | (b'T' as usize) << 16;
const ZERO: usize = TOOL + 1;
const TOGGLE_COLLECT: usize = TOOL + 2;
const DUMP_AT: usize = TOOL + 3;
const START_INSTRUMENTATION: usize = TOOL + 4;
/// The request for the depth of nested valgrinds: `VG_USERREQ__RUNNING_ON_VALGRIND`.
const RUNNING_ON_VALGRIND: usize = 0x1001;

/// Whether client requests exist for the target platform.
pub(crate) const IS_SUPPORTED: bool =
    cfg!(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")));

/// Whether this process runs under valgrind.
pub(crate) fn is_running() -> bool {
    request(RUNNING_ON_VALGRIND, 0) != 0
}

/// Makes a request; 0 without valgrind.
#[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]
fn request(code: usize, argument: usize) -> usize {
    let arguments = [code, argument, 0, 0, 0, 0];
    let mut answer = 0_usize;
    #[cfg(target_arch = "x86_64")]
    // SAFETY: rotates `rdi` by 128 bits in all, and exchanges `rbx` with itself. Valgrind reads the six words at `rax`, and
    // changes `rdx` alone.
    unsafe {
        std::arch::asm!(
            "rol rdi, 3",
            "rol rdi, 13",
            "rol rdi, 61",
            "rol rdi, 51",
            "xchg rbx, rbx",
            inout("rdx") answer,
            in("rax") arguments.as_ptr(),
            inout("rdi") 0_usize => _,
        );
    }
    #[cfg(target_arch = "aarch64")]
    // SAFETY: rotates `x12` by 128 bits in all, and combines `x10` with itself. Valgrind reads the six words at `x4`, and
    // changes `x3` alone.
    unsafe {
        std::arch::asm!(
            "ror x12, x12, #3",
            "ror x12, x12, #13",
            "ror x12, x12, #51",
            "ror x12, x12, #61",
            "orr x10, x10, x10",
            inout("x3") answer,
            in("x4") arguments.as_ptr(),
            inout("x12") 0_usize => _,
        );
    }
    answer
}

/// Always 0.
#[cfg(not(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64"))))]
fn request(_: usize, _: usize) -> usize {
    0
}

/// The state of instruction counting on a thread.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Collecting {
    /// Not counted: the clock is read.
    Never,
    /// Counted from the next mark on.
    Paused,
    /// Counted until the next mark.
    Running,
}

thread_local! {
    static COLLECTING: Cell<Collecting> = const { Cell::new(Collecting::Never) };
    /// The number of threads when [`count`] started.
    static THREADS: Cell<u64> = const { Cell::new(0) };
    /// Whether anything was counted since [`count`] started.
    static HAS_RUN: Cell<bool> = const { Cell::new(false) };
}

/// Marks a start or stop of the timer. Returns whether instructions are counted instead of time.
#[inline]
pub(crate) fn toggle_counting() -> bool {
    match COLLECTING.get() {
        Collecting::Never => false,
        state => {
            toggle(state);
            true
        }
    }
}

/// Marks a stop of the timer.
#[inline]
pub(crate) fn stop_counting() -> bool {
    match COLLECTING.get() {
        Collecting::Never => false,
        Collecting::Paused => true,
        Collecting::Running => {
            toggle(Collecting::Running);
            true
        }
    }
}

/// Not inlined, so that few instructions are between a mark and the counted code.
#[inline(never)]
fn toggle(state: Collecting) {
    HAS_RUN.set(true);
    if state == Collecting::Paused {
        wait_for_threads(THREADS.get());
    }
    COLLECTING.set(if state == Collecting::Running { Collecting::Paused } else { Collecting::Running });
    request(TOGGLE_COLLECT, 0);
}

/// Instruments this process from now on. All threads collect then.
pub(crate) fn instrument() {
    request(START_INSTRUMENTATION, 0);
}

/// Gives this thread a stack for signal handlers below the addresses of all other stacks. Callgrind takes a higher stack pointer
/// for a return from the interrupted functions, and fails when the handler returns. Valgrind loads the program below all that
/// is mapped later, and engines keep a stack of this size.
///
/// # Errors
/// When the system refuses.
pub(crate) fn lower_handler_stack() -> std::io::Result<()> {
    #[cfg(target_os = "linux")]
    {
        const SIZE: usize = 1 << 20;
        struct HandlerStack(std::cell::UnsafeCell<[u8; SIZE]>);
        // SAFETY: only the kernel and the handlers of one thread use it.
        unsafe impl Sync for HandlerStack {}
        static STACK: HandlerStack = HandlerStack(std::cell::UnsafeCell::new([0; SIZE]));
        let stack = libc::stack_t { ss_sp: STACK.0.get().cast(), ss_flags: 0, ss_size: SIZE };
        // SAFETY: the stack lives as long as the process.
        if unsafe { libc::sigaltstack(&raw const stack, std::ptr::null_mut()) } != 0 {
            return Err(std::io::Error::last_os_error());
        }
    }
    Ok(())
}

/// Waits until other threads have ended, and no more than `most` are left: what they free then changes the heap. A thread may
/// also stay.
pub(crate) fn wait_for_threads(most: u64) {
    const POLL: Duration = Duration::from_millis(1);
    const MAX_POLLS: u32 = 100;
    let are_more = || process_stats::threads(std::process::id()).is_some_and(|threads| threads > most);
    for _ in 0..MAX_POLLS {
        if !are_more() {
            break;
        }
        std::thread::sleep(POLL);
    }
}

/// Counts the instructions of each piece of `work` between its marks on this thread, and those of all other threads. Each
/// piece is dumped to a separate file; pieces after a failure are not. The process must be [instrumented](instrument).
///
/// # Errors
/// The error of the first piece that fails, or that has no mark.
pub(crate) fn count<E>(
    pieces: &[u64],
    unmarked: impl Fn() -> E,
    mut work: impl FnMut(u64) -> Result<(), E>,
) -> Result<(), E> {
    /// Threads collect from their start on; this restores that state.
    struct Collected;
    impl Drop for Collected {
        fn drop(&mut self) {
            if COLLECTING.get() == Collecting::Paused {
                request(TOGGLE_COLLECT, 0);
            }
            COLLECTING.set(Collecting::Never);
        }
    }
    request(TOGGLE_COLLECT, 0);
    THREADS.set(process_stats::threads(std::process::id()).unwrap_or(u64::MAX));
    COLLECTING.set(Collecting::Paused);
    let _collected = Collected;
    for &piece in pieces {
        HAS_RUN.set(false);
        request(ZERO, 0);
        let done = work(piece);
        stop_counting();
        done?;
        if !HAS_RUN.get() {
            return Err(unmarked());
        }
        wait_for_threads(THREADS.get());
        request(DUMP_AT, c"batch".as_ptr() as usize);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_valgrind_nothing_answers_and_marks_alternate() {
        assert!(!is_running());
        assert!(!toggle_counting() && !stop_counting());
        let mut counted = Vec::new();
        let result = count(
            &[1, 2],
            || "no mark",
            |piece| {
                assert!(toggle_counting() && toggle_counting() && stop_counting() && toggle_counting());
                assert_eq!(COLLECTING.get(), Collecting::Running);
                counted.push(piece);
                Ok(())
            },
        );
        assert_eq!((result, counted), (Ok(()), vec![1, 2]));
        assert_eq!(COLLECTING.get(), Collecting::Never);
        assert_eq!(count(&[1], || "no mark", |_| Ok(())), Err("no mark"));
        assert_eq!(count(&[1, 2], || "no mark", |_| Err("failed")), Err("failed"));
        assert!(!toggle_counting(), "the clock is read again");
    }
}
