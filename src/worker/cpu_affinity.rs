//! CPU affinity: pins the cells of a launch to the idlest processor.
use std::collections::HashMap;
use std::fs::read_to_string;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use core_affinity::CoreId;

/// How long processors are observed: a few ticks of the system's accounting.
const OBSERVATION: Duration = Duration::from_millis(50);

/// The processors on which the calling thread may run; none if unknown.
pub(crate) fn cpus() -> Vec<usize> {
    core_affinity::get_core_ids().unwrap_or_default().into_iter().map(|core| core.id).collect()
}

/// The processor that idled most in a short observation while this program did nothing; the last of equal ones. `None` if
/// unknown.
pub(crate) fn idlest_cpu() -> Option<usize> {
    let idle = || Some(idle_in(&read_to_string("/proc/stat").ok()?));
    let before = idle()?;
    std::thread::sleep(OBSERVATION);
    let after = idle()?;
    // Rounds to two ticks.
    let idled = |id: usize| Some(after.get(&id)?.saturating_sub(*before.get(&id)?).div_ceil(2));
    cpus().into_iter().filter_map(|id| Some((idled(id)?, id))).max().map(|(_, id)| id)
}

/// Pins the calling thread to a processor; to the one with the highest number for `None`. Does nothing if the platform does not
/// support it.
pub(crate) fn pin_to_or_last(processor: Option<usize>) {
    if let Some(id) = processor.or_else(|| cpus().into_iter().max()) {
        core_affinity::set_for_current(CoreId { id });
    }
}

/// Pins the calling thread to a processor until it is dropped; then the thread and the threads that it starts have the former
/// affinity again. Linux only.
///
/// The thread that hands out batches waits while they are timed, so it can share their processor. On another processor it
/// could have to wait for other work for milliseconds between two variants.
pub(crate) struct AffinityGuard {
    #[cfg(target_os = "linux")]
    before: Option<rustix::thread::CpuSet>,
}

impl AffinityGuard {
    /// Pins to a processor, see [`pin_to_or_last`].
    #[cfg(target_os = "linux")]
    pub(crate) fn with(processor: Option<usize>) -> Self {
        let before = rustix::thread::sched_getaffinity(None).ok();
        pin_to_or_last(processor);
        Self { before }
    }

    /// Does nothing: a pinned thread could not be released.
    #[cfg(not(target_os = "linux"))]
    pub(crate) fn with(_: Option<usize>) -> Self {
        Self {}
    }
}

#[cfg(target_os = "linux")]
impl Drop for AffinityGuard {
    fn drop(&mut self) {
        let _ = self.before.map(|before| rustix::thread::sched_setaffinity(None, &before));
    }
}

/// The processor for a thread that reads lines for another thread. It starts no threads, so it stays pinned. Holds the
/// processor's number plus one; 0 stands for no processor.
#[derive(Clone, Default)]
pub(crate) struct AffinityHint(Arc<AtomicUsize>);

impl AffinityHint {
    /// Sets the processor.
    pub(crate) fn at(&self, processor: usize) {
        self.0.store(processor + 1, Ordering::Relaxed);
    }

    /// Pins the calling thread to the processor, if one is set and it changed since the last call. `last_seen` is the value at
    /// the last call, initially 0.
    pub(crate) fn go(&self, last_seen: &mut usize) {
        let hint = self.0.load(Ordering::Relaxed);
        if hint != std::mem::replace(last_seen, hint)
            && let Some(id) = hint.checked_sub(1)
        {
            core_affinity::set_for_current(CoreId { id });
        }
    }
}

/// The idle ticks of each processor, by lines such as `cpu1 user nice system idle iowait …`.
fn idle_in(stat: &str) -> HashMap<usize, u64> {
    let of = |line: &str| {
        let (name, counts) = line.split_once(' ')?;
        let id = name.strip_prefix("cpu")?.parse().ok()?;
        let counts: Vec<u64> = counts.split_whitespace().map_while(|count| count.parse().ok()).collect();
        Some((id, counts.get(3)? + counts.get(4)?))
    };
    stat.lines().filter_map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(target_os = "linux")]
    fn the_affinity_is_restored_after_the_guard() {
        // On a separate thread, because other tests start threads.
        let stayed = std::thread::spawn(|| {
            let before = cpus();
            let stay = AffinityGuard::with(before.first().copied());
            assert_eq!(cpus(), before[..1]);
            drop(stay);
            assert_eq!(std::thread::spawn(cpus).join().unwrap(), before, "what it starts may be anywhere again");
        });
        stayed.join().unwrap();
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn an_affinity_hint_moves_a_thread_once() {
        let went = std::thread::spawn(|| {
            let (hint, mut last_seen, before) = (AffinityHint::default(), 0, cpus());
            hint.go(&mut last_seen);
            assert_eq!(cpus(), before);
            for processor in before {
                hint.at(processor);
                hint.go(&mut last_seen);
                assert_eq!(cpus(), [processor]);
            }
        });
        went.join().unwrap();
    }

    #[test]
    fn idle_ticks_are_parsed_per_processor() {
        let stat = "cpu  9 9 9 30 9\ncpu0 1 2 3 10 4 0 0\ncpu1 1 2 3 20 0 0 0\nintr 5 4 3\ncpu2 broken\n";
        assert_eq!(idle_in(stat), HashMap::from([(0, 14), (1, 20)]));
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn some_processor_is_the_quietest() {
        assert!(cpus().contains(&idlest_cpu().unwrap()));
    }
}
