//! Leaves from below frames that lie on its shadow stack.
//!
//! What a Rust or C function keeps in memory lies on a stack of the guest's own, and where that stack ends is in the
//! global `__stack_pointer`. Each function lowers it on entry and raises it on return. A guest that is made to leave
//! never returns, so every exit loses the frames below it, until the stack is used up and the guest traps. A host that
//! wants to call such an instance again has to put the global back, which is why it is exported.
#![no_std]

use core::mem::MaybeUninit;
use core::ptr::{read_volatile, write_volatile};

/// What each frame keeps in memory.
const FRAME: usize = 256;

#[link(wasm_import_module = "env")]
extern "C" {
    fn early_exit(code: u32);
}

/// Asks the host to end the guest with `code`, from below `frames` frames (at least one) of 256 bytes each.
///
/// If the host lets it go on, it returns 32640 (which is 0 + 1 + .. + 255) for each frame, unless something wrote into
/// a frame meanwhile.
#[no_mangle]
pub extern "C" fn work(code: u32, frames: u32) -> u32 {
    let mut frame = MaybeUninit::<[u8; FRAME]>::uninit();
    let bytes = frame.as_mut_ptr().cast::<u8>();
    fill(bytes, frames as u8);
    let below = if frames > 1 {
        work(code, frames - 1)
    } else {
        // SAFETY: the host is given a number and nothing else.
        unsafe { early_exit(code) };
        0
    };
    below.wrapping_add(sum(bytes))
}

/// Fills a frame with all 256 values, in an order that depends on the seed.
///
/// Volatile, and with the address as an argument, so that the frame has to be in memory: else it would be optimised
/// away, and with it the stack.
#[inline(never)]
fn fill(bytes: *mut u8, seed: u8) {
    for at in 0..FRAME {
        // SAFETY: `bytes` is a whole frame, and `at` lies within it.
        unsafe { write_volatile(bytes.add(at), at as u8 ^ seed) };
    }
}

#[inline(never)]
fn sum(bytes: *const u8) -> u32 {
    // SAFETY: as in `fill`, which has written the whole frame.
    (0..FRAME).map(|at| u32::from(unsafe { read_volatile(bytes.add(at)) })).sum()
}

#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! {
    core::arch::wasm32::unreachable()
}
