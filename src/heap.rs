//! The heap of a process under valgrind: where `realloc` finds room to grow in place, it copies nothing, so counts depend on the
//! holes that earlier threads left.

/// The sizes of malloc's caches of small blocks: 64 of 16 bytes and more, of which 8 are malloc's.
#[cfg(target_env = "gnu")]
const CACHED: std::ops::RangeInclusive<usize> = 1..=64;
/// The logarithms of the sizes of larger holes: up to where malloc maps pages.
#[cfg(target_env = "gnu")]
const HOLES: std::ops::Range<u32> = 6..17;

/// Has all threads allocate from one heap. Otherwise, a new thread takes that of a thread which has ended, if it has ended by
/// then.
pub(crate) fn share() {
    #[cfg(target_env = "gnu")]
    // SAFETY: takes integers.
    unsafe {
        libc::mallopt(libc::M_ARENA_MAX, 1);
    }
}

/// Takes the holes of the heap and the cached blocks of this thread for good. What is allocated next has fresh memory.
pub(crate) fn fill() {
    #[cfg(target_env = "gnu")]
    {
        // SAFETY: asks for numbers.
        let (end, free) = unsafe { (libc::sbrk(0) as usize, libc::mallinfo().keepcost) };
        let fresh = end - free as usize;
        for size in HOLES.rev().map(|shift| 1 << shift).chain(CACHED.rev().map(|number| number * 16 + 8)) {
            // SAFETY: the block is not accessed.
            while (unsafe { libc::malloc(size) } as usize) < fresh {}
        }
    }
}
