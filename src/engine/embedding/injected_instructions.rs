//! Injected instructions of the host functions that end their guests, to test whether counts show them.
use std::cell::Cell;

thread_local! {
    static INJECTED: Cell<u64> = const { Cell::new(0) };
}

/// From now on, host functions of this thread that end their guest execute about this number of additional instructions.
pub(crate) fn set(instructions: u64) {
    INJECTED.set(instructions);
}

/// Executes the injected instructions, if any. Host functions call this right before they return their error.
#[inline]
pub(crate) fn execute() {
    let injected = INJECTED.get();
    if injected > 0 {
        execute_about(injected);
    }
}

/// Executes about this number of instructions.
#[cold]
#[inline(never)]
fn execute_about(instructions: u64) {
    let loops = (instructions / 2).max(1);
    #[cfg(target_arch = "x86_64")]
    // SAFETY: counts a register down to 0, and accesses no memory.
    unsafe {
        std::arch::asm!("2:", "sub {0}, 1", "jnz 2b", inout(reg) loops => _, options(nomem, nostack));
    }
    #[cfg(target_arch = "aarch64")]
    // SAFETY: as above.
    unsafe {
        std::arch::asm!("2:", "subs {0}, {0}, #1", "b.ne 2b", inout(reg) loops => _, options(nomem, nostack));
    }
    #[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
    for n in 0..loops {
        std::hint::black_box(n);
    }
}
