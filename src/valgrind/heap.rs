//! A heap without holes: one for all threads, with the holes filled. Where `realloc` finds room to grow in place, it copies
//! nothing, so counts depend on the holes that earlier threads left.

/// Has all threads allocate from one heap. Otherwise, a new thread takes that of a thread which has ended, if it has ended by
/// then. The heap has room for a batch and keeps it, and blocks below 32 MiB are on it, as after a long time: otherwise, what was
/// freed before decides which blocks are mapped, and when the heap grows and shrinks.
pub(crate) fn set_up() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    for (option, value) in [
        (libc::M_ARENA_MAX, 1),
        (libc::M_MMAP_THRESHOLD, 32 << 20),
        (libc::M_TRIM_THRESHOLD, i32::MAX),
        (libc::M_TOP_PAD, 256 << 20),
    ] {
        // SAFETY: takes integers.
        unsafe { libc::mallopt(option, value) };
    }
}

/// Takes the holes of the heap and the cached blocks of this thread for good. What is allocated next has fresh memory.
pub(crate) fn fill_holes() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    {
        /// The sizes of malloc's caches of small blocks: 64 of 16 bytes and more, of which 8 are malloc's.
        const CACHED: std::ops::RangeInclusive<usize> = 1..=64;
        /// The logarithms of the sizes of larger holes.
        const HOLES: std::ops::Range<u32> = 6..23;
        /// More than any hole.
        const LARGE: usize = 16 << 20;
        // SAFETY: the block is not accessed.
        let block = |size| unsafe { libc::malloc(size) };
        let large = block(LARGE);
        let fresh = large as usize..large as usize + LARGE;
        // SAFETY: it is not used any more.
        unsafe { libc::free(large) };
        for size in HOLES.rev().map(|shift| 1 << shift).chain(CACHED.rev().map(|number| number * 16 + 8)) {
            while !matches!(block(size) as usize, taken if taken == 0 || fresh.contains(&taken)) {}
        }
    }
}
