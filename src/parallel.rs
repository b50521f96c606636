//! Work on several threads at once.
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::Result;

/// Calls `work` on each item, on `jobs` threads. Each thread has a state of its own. The results are in the order of the items.
///
/// # Errors
/// The first error. No item is begun after it.
///
/// # Panics
/// If `work` panics.
pub(crate) fn map<T: Sync, R: Send, S>(
    items: &[T],
    jobs: usize,
    state: impl Fn() -> S + Sync,
    work: impl Fn(&mut S, usize, &T) -> Result<R> + Sync,
) -> Result<Vec<R>> {
    let (next, results) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    let run = || -> Result<()> {
        let mut state = state();
        while let Some((n, item)) = items.iter().enumerate().nth(next.fetch_add(1, Ordering::Relaxed)) {
            let result = work(&mut state, n, item).inspect_err(|_| next.store(items.len(), Ordering::Relaxed))?;
            results.lock().expect("nothing panics with the lock").push((n, result));
        }
        Ok(())
    };
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..jobs.clamp(1, items.len().max(1))).map(|_| scope.spawn(run)).collect();
        threads.into_iter().try_for_each(|thread| thread.join().expect("the work does not panic"))
    })?;
    let mut results = results.into_inner().expect("nothing panics with the lock");
    results.sort_by_key(|(n, _)| *n);
    Ok(results.into_iter().map(|(_, result)| result).collect())
}

#[cfg(test)]
mod tests {
    use std::sync::Barrier;

    use super::*;

    #[test]
    fn results_are_in_order_and_threads_run_at_once() {
        let items: Vec<usize> = (0..100).collect();
        assert_eq!(map(&items, 3, || (), |(), n, item| Ok(n + item)).unwrap(), (0..200).step_by(2).collect::<Vec<_>>());
        // Both threads must be there for either to go on.
        let barrier = Barrier::new(2);
        map(&[1, 2], 2, || (), |(), _, _| Ok(barrier.wait().is_leader())).unwrap();
        assert_eq!(map(&[] as &[u8], 4, || (), |(), _, _| Ok(())).unwrap(), []);
    }

    #[test]
    fn nothing_is_begun_after_an_error() {
        let begun = AtomicUsize::new(0);
        let work = |(): &mut (), n: usize, _: &()| {
            begun.fetch_add(1, Ordering::Relaxed);
            if n == 2 { anyhow::bail!("the third") } else { Ok(()) }
        };
        assert_eq!(map(&[(); 10], 1, || (), work).unwrap_err().to_string(), "the third");
        assert_eq!(begun.into_inner(), 3);
    }
}
