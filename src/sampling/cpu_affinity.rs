//! Which processor a launch's cells are held to: on a machine that others use too, the one they use least.
use std::fs::read_to_string;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use core_affinity::CoreId;

/// How long it is watched which processors idle: a few ticks of the clock that the system counts by.
const WATCHED: Duration = Duration::from_millis(50);

/// The processor that idled most while nothing of ours ran, and the last of those that idled as much; `None` where the
/// platform does not say. Takes a twentieth of a second.
pub(crate) fn quietest() -> Option<usize> {
    let before = idle()?;
    std::thread::sleep(WATCHED);
    let after = idle()?;
    let idled = |id: &usize| {
        let ticks = |idle: &[(usize, u64)]| idle.iter().find(|(of, _)| of == id).map(|(_, ticks)| *ticks);
        // A tick more or less is no difference.
        Some(ticks(&after)?.saturating_sub(ticks(&before)?).div_ceil(2))
    };
    let ours = core_affinity::get_core_ids()?.into_iter().map(|core| core.id);
    ours.filter_map(|id| Some((idled(&id)?, id))).max().map(|(_, id)| id)
}

/// Holds the calling thread to a processor, or to the last where none is named. Where the platform cannot, nothing happens.
pub(crate) fn hold_to(processor: Option<usize>) {
    if let Some(id) = processor.or_else(last) {
        core_affinity::set_for_current(CoreId { id });
    }
}

/// The calling thread stays with a processor until this is dropped; then it may be where it might be before, and so may the
/// threads that it starts. Elsewhere than on Linux nothing happens.
///
/// Whoever hands a batch on, in the supervisor and in a worker, waits while it is timed, so they share a processor with it
/// at no cost. On another one they might have to wait for somebody else's work there, milliseconds at a time, and the
/// machine is a different one by the time the next subject has its turn.
pub(crate) struct AffinityGuard {
    #[cfg(target_os = "linux")]
    before: Option<rustix::thread::CpuSet>,
}

impl AffinityGuard {
    /// With that processor, or the last where none is named.
    #[cfg(target_os = "linux")]
    pub(crate) fn with(processor: Option<usize>) -> Self {
        let before = rustix::thread::sched_getaffinity(None).ok();
        hold_to(processor);
        Self { before }
    }

    /// Nothing: a thread that is held could not be let go again.
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

/// Where a thread that reads lines for another one should be: with it. It starts no threads, so it need not come back.
#[derive(Clone, Default)]
pub(crate) struct AffinityHint(Arc<AtomicUsize>);

impl AffinityHint {
    /// Says with which processor, from now on.
    pub(crate) fn at(&self, processor: usize) {
        self.0.store(processor + 1, Ordering::Relaxed);
    }

    /// The calling thread goes there, if it is not `there` already.
    pub(crate) fn go(&self, there: &mut usize) {
        let asked = self.0.load(Ordering::Relaxed);
        if asked != std::mem::replace(there, asked)
            && let Some(processor) = asked.checked_sub(1)
        {
            hold_to(Some(processor));
        }
    }
}

fn last() -> Option<usize> {
    core_affinity::get_core_ids()?.into_iter().map(|core| core.id).max()
}

/// Of each processor, for how many ticks it has had nothing to do.
fn idle() -> Option<Vec<(usize, u64)>> {
    Some(idle_in(&read_to_string("/proc/stat").ok()?))
}

/// From lines such as `cpu1 user nice system idle iowait …`.
fn idle_in(stat: &str) -> Vec<(usize, u64)> {
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

    fn ids() -> Vec<usize> {
        core_affinity::get_core_ids().unwrap_or_default().into_iter().map(|core| core.id).collect()
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn who_stays_leaves_as_it_came() {
        // On a thread of its own, since others of this process start threads meanwhile.
        let stayed = std::thread::spawn(|| {
            let before = ids();
            let stay = AffinityGuard::with(before.first().copied());
            assert_eq!(ids(), before[..1]);
            drop(stay);
            assert_eq!(std::thread::spawn(ids).join().unwrap(), before, "what it starts may be anywhere again");
        });
        stayed.join().unwrap();
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn a_thread_goes_where_it_is_told_to_and_only_then() {
        let went = std::thread::spawn(|| {
            let (post, mut there, before) = (AffinityHint::default(), 0, ids());
            post.go(&mut there);
            assert_eq!(ids(), before);
            for processor in before {
                post.at(processor);
                post.go(&mut there);
                assert_eq!(ids(), [processor]);
            }
        });
        went.join().unwrap();
    }

    #[test]
    fn idle_ticks_are_read_processor_by_processor() {
        let stat = "cpu  9 9 9 30 9\ncpu0 1 2 3 10 4 0 0\ncpu1 1 2 3 20 0 0 0\nintr 5 4 3\ncpu2 broken\n";
        assert_eq!(idle_in(stat), [(0, 14), (1, 20)]);
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn some_processor_is_the_quietest() {
        let quietest = quietest().unwrap();
        assert!(core_affinity::get_core_ids().unwrap().iter().any(|core| core.id == quietest));
    }
}
