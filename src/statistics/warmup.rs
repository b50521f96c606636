//! Whether a series of batches is warm.
/// How much faster a batch may still get, by having waited as long again, to count as settled: 1 %.
const STILL_GAINING: f64 = 0.01;
/// Halves of one batch would say nothing.
const LEAST_BATCHES: usize = 4;

/// Whether a sequence of short batches, timed in any one unit from the first on, has settled: the best time of its
/// second half is less than 1 % below the best of its first half. So waiting as long again gained nothing, and the rule
/// needs no time scale of the warm-up. What it cannot see is a fall too slow to show in what has been timed so far.
///
/// The best times, since disturbances only ever add time and would otherwise keep a busy machine waiting. It only asks
/// whether times still fall: a machine that is slowing down stays as it is however long one waits, and paired rounds
/// deal with that.
///
/// Never with fewer than four batches or with a time that is not positive and finite, so whoever waits needs a bound of
/// their own.
pub fn settled(batches: &[f64]) -> bool {
    let best = |batches: &[f64]| batches.iter().copied().fold(f64::INFINITY, f64::min);
    let (first, second) = batches.split_at(batches.len() / 2);
    batches.len() >= LEAST_BATCHES
        && batches.iter().all(|time| *time > 0.0 && time.is_finite())
        && best(second) > best(first) * (1.0 - STILL_GAINING)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Times that fall to 1 from `excess` above it, by 1/e in `scale` batches.
    fn warming(excess: f64, scale: f64) -> impl Iterator<Item = f64> {
        (0..).map(move |batch| 1.0 + excess * (-f64::from(batch) / scale).exp())
    }

    /// How many batches it takes.
    fn wait(times: impl Iterator<Item = f64>) -> usize {
        let mut batches = Vec::new();
        for time in times.take(10_000) {
            batches.push(time);
            if settled(&batches) {
                return batches.len();
            }
        }
        panic!("never settled")
    }

    #[test]
    fn what_is_warm_settles_at_once() {
        assert_eq!(wait(std::iter::repeat(1.0)), LEAST_BATCHES);
    }

    #[test]
    fn what_still_falls_has_not_settled() {
        assert!(!settled(&[1.3, 1.2, 1.1, 1.0]));
        assert!(!settled(&[1.3, 1.3, 1.3, 1.3, 1.3, 1.0, 1.0, 1.0, 1.0, 1.0]));
        assert!(settled(&[1.3, 1.0, 1.0, 1.0]));
    }

    #[test]
    fn a_disturbance_neither_settles_nor_keeps_waiting() {
        assert!(!settled(&[1.3, 1.2, 9.0, 1.1, 1.0, 9.0]));
        assert!(settled(&[1.0, 1.0, 1.0, 9.0]));
        assert!(settled(&[9.0, 1.0, 9.0, 1.0]));
    }

    #[test]
    fn what_is_no_time_never_settles() {
        for time in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            assert!(!settled(&[1.0, 1.0, 1.0, time]));
        }
        assert!(!settled(&[]));
    }

    proptest! {
        #[test]
        fn where_the_fall_shows_from_the_start_little_of_it_is_left(excess in 0.1..3.0, share in 0.0..1.0) {
            // In the first four batches it must show: by more than 1 % from the second to the fourth.
            let scale = 0.3 + share * 20.0 * excess;
            let batches = wait(warming(excess, scale));
            let left = warming(excess, scale).nth(batches - 1).unwrap() - 1.0;
            prop_assert!(left < 0.005, "{left} left after {batches}");
            // No more than twice what it takes to come that close, and a few.
            let least = warming(excess, scale).position(|time| time < 1.01).unwrap();
            prop_assert!(batches <= 2 * least + LEAST_BATCHES, "{batches} where {least} would do");
        }
    }
}
