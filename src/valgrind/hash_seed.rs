//! Fixed seeds of hash maps: replaces libc's `getrandom` by symbol, on Linux only. With another seed, keys meet in other
//! places, and a count differs.
use std::sync::atomic::{AtomicU64, Ordering};

use libc::{c_uint, c_void, size_t, ssize_t};

use crate::valgrind;

/// Replaces libc's function in this program: the standard library takes the seeds of hash maps from it. Without valgrind, it
/// asks the kernel as libc does.
#[unsafe(no_mangle)]
extern "C" fn getrandom(buffer: *mut c_void, length: size_t, flags: c_uint) -> ssize_t {
    if !valgrind::is_running() {
        // SAFETY: these are the caller's arguments.
        return unsafe { libc::syscall(libc::SYS_getrandom, buffer, length, flags) } as ssize_t;
    }
    // SAFETY: the caller's buffer has this length.
    let bytes = unsafe { std::slice::from_raw_parts_mut(buffer.cast::<u8>(), length) };
    for chunk in bytes.chunks_mut(8) {
        chunk.copy_from_slice(&next().to_ne_bytes()[..chunk.len()]);
    }
    length as ssize_t
}

/// The next number of SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014), from 0.
fn next() -> u64 {
    const STEP: u64 = 0x9e37_79b9_7f4a_7c15;
    static STATE: AtomicU64 = AtomicU64::new(0);
    let z = STATE.fetch_add(STEP, Ordering::Relaxed).wrapping_add(STEP);
    let z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;
    use std::hash::{BuildHasher, RandomState};

    #[test]
    fn without_valgrind_every_seed_differs() {
        let seeds: HashSet<u64> =
            (0..8).map(|_| std::thread::spawn(|| RandomState::new().hash_one(1)).join().unwrap()).collect();
        assert_eq!(seeds.len(), 8);
    }
}
