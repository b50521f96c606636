//! Work on several threads at once.
use std::collections::BTreeMap;
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
    let next = AtomicUsize::new(0);
    let run = || -> Result<Vec<(usize, R)>> {
        let (mut state, mut results) = (state(), Vec::new());
        while let Some((n, item)) = items.iter().enumerate().nth(next.fetch_add(1, Ordering::Relaxed)) {
            let result = work(&mut state, n, item).inspect_err(|_| next.store(items.len(), Ordering::Relaxed))?;
            results.push((n, result));
        }
        Ok(results)
    };
    let results = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..jobs.clamp(1, items.len().max(1))).map(|_| scope.spawn(run)).collect();
        let results = threads.into_iter().map(|thread| thread.join().expect("the work does not panic"));
        results.collect::<Result<Vec<_>>>()
    })?;
    let in_order: BTreeMap<_, _> = results.into_iter().flatten().collect();
    Ok(in_order.into_values().collect())
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
