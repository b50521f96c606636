//! Who gets how much of the budget. Sizes come from the pilot and never from what was measured so far: stopping when an
//! interval looks good costs coverage.
use std::time::Duration;

use crate::statistics::median;

/// A timed batch lasts about this long, where one iteration does not last longer.
pub(crate) const BATCH: Duration = Duration::from_micros(125);
/// A batch is cut into slices of about this length, each timed by itself.
const SLICE: Duration = Duration::from_micros(25);
/// How many times as long as what is timed a batch may take with what lies outside of the timer.
const AROUND: u32 = 3;
/// What takes longer than this is not run before it is timed, to settle: switching processes costs it next to nothing.
const SETTLES: Duration = Duration::from_millis(1);
/// Rounds that a launch makes of a benchmark, where the budget lasts.
const ROUNDS: u32 = 24;
/// An address is given so many times as much as the middle one at the most.
const PREFERENCE: f64 = 2.0;
/// Samples that a cell has at the least: fewer have no interval.
const LEAST: u32 = 3;

/// What the pilot saw of one address, over all subjects together.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct CellCost {
    /// To prepare and let go of its cells, once a launch.
    pub(crate) preparing: Duration,
    /// One round: a batch of each.
    pub(crate) round: Duration,
    /// Whether every sample takes a worker of its own.
    pub(crate) fresh: bool,
}

/// What an address is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Allocation {
    /// So many rounds in each of so many launches.
    Rounds { launches: u32, rounds: u32 },
    /// Even the least would not fit: nothing, and how long that least takes.
    TooSlow(Duration),
}

/// How many iterations make a batch, by what one takes inside the timer, and inside and outside together.
pub(crate) fn iterations(one: Duration, with_outside: Duration) -> u64 {
    let nanosecond = Duration::from_nanos(1);
    let timed = BATCH.as_nanos() / one.max(nanosecond).as_nanos();
    let in_all = (AROUND * BATCH).as_nanos() / with_outside.max(nanosecond).as_nanos();
    u64::try_from(timed.min(in_all)).unwrap_or(u64::MAX).max(1)
}

/// How many slices a batch of so many iterations is cut into, by what one takes inside the timer.
pub(crate) fn slices(one: Duration, iterations: u64) -> u32 {
    let timed = one.max(Duration::from_nanos(1)).as_nanos() * u128::from(iterations) / SLICE.as_nanos();
    u32::try_from(timed.min(u128::from(iterations))).unwrap_or(u32::MAX).max(1)
}

/// Whether a batch first runs untimed until it has settled, by what one iteration takes.
pub(crate) fn settles(one: Duration) -> bool {
    one < SETTLES
}

impl CellCost {
    /// What three samples take.
    pub(crate) fn least(self) -> Duration {
        LEAST * (self.preparing + self.round)
    }

    /// How many rounds a launch should make, where rounds scatter as much as launches: the square root of what preparing
    /// costs against a round (W. Cochran, "Sampling Techniques", 1977, §10.6).
    fn worthwhile_rounds(self) -> u32 {
        let against_round = self.preparing.as_secs_f64() / self.round.as_secs_f64().max(1e-9);
        (against_round.sqrt().round() as u32).max(1)
    }
}

impl Allocation {
    fn takes(self, cost: CellCost) -> Duration {
        match self {
            Self::Rounds { launches, rounds } => launches * (cost.preparing + rounds * cost.round),
            Self::TooSlow(_) => Duration::ZERO,
        }
    }

    /// The most that a given time pays for; never less than the least.
    fn worth(time: Duration, cost: CellCost, launches: u32) -> Self {
        let rounds_in = |time: Duration| how_often(time.saturating_sub(cost.preparing), cost.round);
        let launches_of = |rounds: u32| how_often(time, cost.preparing + rounds * cost.round);
        let most = if cost.fresh { 1 } else { ROUNDS };
        let worthwhile = cost.worthwhile_rounds().min(most);
        let rounds = rounds_in(time / launches);
        if rounds >= worthwhile {
            return Self::Rounds { launches, rounds: rounds.min(most) };
        }
        // Rather fewer launches than such as hardly do anything but prepare.
        let rounds = if launches_of(worthwhile) >= LEAST { worthwhile } else { 1 };
        Self::Rounds { launches: launches_of(rounds).clamp(LEAST.min(launches), launches), rounds }
    }
}

/// How often a time has room for what costs so much.
fn how_often(time: Duration, cost: Duration) -> u32 {
    u32::try_from(time.as_nanos() / cost.as_nanos().max(1)).unwrap_or(u32::MAX)
}

/// What an address is given, compared with others: the square root of what a launch of it costs, against the middle cost.
/// Of cells that scatter alike, that makes the sum of their variances least (W. Cochran, "Sampling Techniques", 1977, §5.5).
/// Not without bound, or what takes seconds would leave little to all that takes microseconds.
fn weights(costs: &[CellCost]) -> Vec<f64> {
    let a_launch = |cost: &CellCost| (cost.preparing + cost.round).as_secs_f64();
    let middle = median(&costs.iter().map(a_launch).collect::<Vec<_>>()).unwrap_or_default();
    let against_middle = |cost| (a_launch(cost) / middle.max(1e-9)).sqrt();
    costs.iter().map(|cost| against_middle(cost).clamp(1.0 / PREFERENCE, PREFERENCE)).collect()
}

/// Shares a time among addresses by their [`weights`]. What one does not need goes to the others, and those for which
/// even the least does not fit are left out, the most costly first.
pub(crate) fn share(time: Duration, costs: &[CellCost], launches: u32) -> Vec<Allocation> {
    let least = |cost: CellCost| Allocation::worth(Duration::ZERO, cost, launches).takes(cost);
    let mut in_order: Vec<usize> = (0..costs.len()).collect();
    in_order.sort_by_key(|&n| least(costs[n]));
    let mut spent = Duration::ZERO;
    let fits: Vec<usize> = in_order
        .into_iter()
        .take_while(|&n| {
            spent += least(costs[n]);
            spent <= time
        })
        .collect();

    let weights = &weights(costs);
    let worth = move |n: usize, each: Duration| Allocation::worth(each.mul_f64(weights[n]), costs[n], launches);
    let shares = |each: Duration| fits.iter().map(move |&n| (n, worth(n, each)));
    let total = |each: Duration| shares(each).map(|(n, share)| share.takes(costs[n])).sum::<Duration>();
    // What the middle one is given at the most: found by halving, since more for each never takes less in all.
    let (mut enough, mut too_much) = (Duration::ZERO, time.mul_f64(PREFERENCE));
    for _ in 0..40 {
        let middle = (enough + too_much) / 2;
        if total(middle) <= time { enough = middle } else { too_much = middle }
    }
    let mut given: Vec<Allocation> = costs.iter().map(|&cost| Allocation::TooSlow(least(cost))).collect();
    shares(enough).for_each(|(n, share)| given[n] = share);
    given
}

/// Keeps to the budget where a launch takes longer than the pilot had it: the launches that are left make fewer rounds
/// then, all cells alike, since a launch tells more than a round. It goes by the clock alone, never by what was
/// measured.
pub(crate) struct BudgetPacer {
    /// What launches would have taken with all of their rounds, and how many there were.
    whole: Duration,
    launches: u32,
}

/// Fewer of the rounds than this are not worth a launch.
const SLOWEST: f64 = 0.2;
/// A launch that is not over in time is lost, and one takes longer than another: this share of the time is planned for.
const IN_TIME: f64 = 0.93;

impl BudgetPacer {
    pub(crate) fn begin() -> Self {
        Self { whole: Duration::ZERO, launches: 0 }
    }

    /// The share of its rounds that the next of so many launches makes in the time that is left for them; nothing where
    /// not even a few would fit.
    pub(crate) fn keep(&self, left: Duration, launches: u32) -> Option<f64> {
        let typical = (self.whole / self.launches.max(1)).as_secs_f64().max(1e-9);
        let share = |time: Duration| IN_TIME * time.as_secs_f64() / typical;
        (share(left) >= SLOWEST).then(|| share(left / launches.max(1)).clamp(SLOWEST, 1.0))
    }

    /// A launch that made a share of its rounds took so long.
    pub(crate) fn took(&mut self, time: Duration, share: f64) {
        self.whole += time.div_f64(share);
        self.launches += 1;
    }
}

/// Whether an address that is in some of the launches only is in this one (counted from 1): spread evenly.
pub(crate) fn takes_part(launch: u32, in_launches: u32, of: u32) -> bool {
    launch * in_launches / of != (launch - 1) * in_launches / of
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn cost(preparing_us: u64, round_us: u64) -> CellCost {
        CellCost {
            preparing: Duration::from_micros(preparing_us),
            round: Duration::from_micros(round_us),
            fresh: false,
        }
    }

    const MINUTE: Duration = Duration::from_secs(60);

    #[test]
    fn slices_are_long_enough_to_time_and_have_an_iteration_at_least() {
        let of = |one: Duration| slices(one, iterations(one, one));
        assert_eq!([1, 50, 5_000, 60_000].map(|ns| of(Duration::from_nanos(ns))), [5, 5, 5, 2]);
        assert_eq!((of(Duration::ZERO), of(Duration::from_secs(1))), (5, 1));
        // Most of this time lies outside of the timer: what is inside is too short to be cut.
        let one = Duration::from_micros(1);
        assert_eq!(slices(one, iterations(one, Duration::from_millis(1))), 1);
    }

    #[test]
    fn what_is_quick_gets_all_and_what_is_slow_gets_what_is_left() {
        let given = share(MINUTE, &[cost(1000, 9_000), cost(1_000_000, 4_000_000)], 10);
        assert_eq!(given[0], Allocation::Rounds { launches: 10, rounds: ROUNDS });
        assert_eq!(given[1], Allocation::Rounds { launches: 10, rounds: 1 });
    }

    #[test]
    fn launches_that_take_longer_make_fewer_rounds() {
        let mut pace = BudgetPacer::begin();
        assert_eq!(pace.keep(MINUTE, 10), Some(1.0));
        pace.took(MINUTE / 10, 1.0);
        assert_eq!(pace.keep(2 * MINUTE, 10), Some(1.0));
        assert!((pace.keep(MINUTE / 2, 10).unwrap() - IN_TIME / 2.0).abs() < 1e-6);
        assert!((pace.keep(MINUTE / 4, 10).unwrap() - IN_TIME / 4.0).abs() < 1e-6);
        // A last one that is too short for a fifth of it is left out.
        assert_eq!(pace.keep(MINUTE / 100, 1), None);
    }

    #[test]
    fn time_is_given_by_the_root_of_the_cost_up_to_twice_as_much() {
        let costs = [1_000, 1_000, 1_000, 2_250, 4_000, 100_000].map(|round| cost(0, round));
        let middle = 1_625.0_f64;
        let weight = |round: f64| (round / middle).sqrt();
        let expected = [weight(1000.0), weight(2_250.0), weight(4_000.0), 2.0];
        let given = weights(&costs);
        let given = [given[0], given[3], given[4], given[5]];
        assert!(given.iter().zip(expected).all(|(given, expected)| (given - expected).abs() < 1e-9), "{given:?}");
    }

    #[test]
    fn what_costs_more_is_given_more() {
        let mut costs = vec![cost(0, 10_000); 10];
        costs.push(cost(0, 160_000));
        let given = share(Duration::from_secs(10), &costs, 10);
        // An eleventh of the time would pay for five.
        assert_eq!(given[10], Allocation::Rounds { launches: 10, rounds: 1 });
        assert!(
            given[..10].iter().all(|given| matches!(given, Allocation::Rounds { launches: 10, rounds: 8.. })),
            "{given:?}"
        );
    }

    #[test]
    fn what_takes_long_to_prepare_makes_more_of_fewer_launches() {
        let costly = cost(100_000, 1_000);
        let given = share(Duration::from_secs(2), &[costly], 36);
        assert_eq!(given, [Allocation::Rounds { launches: 18, rounds: 10 }]);
        // Time for all launches is used for rounds of each.
        let given = share(Duration::from_secs(4), &[costly], 36);
        assert_eq!(given, [Allocation::Rounds { launches: 36, rounds: 11 }]);
        let given = share(Duration::from_secs(4), &[CellCost { fresh: true, ..costly }], 36);
        assert_eq!(given, [Allocation::Rounds { launches: 36, rounds: 1 }]);
    }

    #[test]
    fn what_does_not_fit_says_how_long_it_takes() {
        let given = share(MINUTE, &[cost(0, 30_000_000), cost(0, 1000)], 10);
        assert_eq!(given[0], Allocation::TooSlow(Duration::from_secs(90)));
        assert_eq!(given[1], Allocation::Rounds { launches: 10, rounds: ROUNDS });
    }

    #[test]
    fn a_sample_is_three_at_the_least() {
        assert_eq!(share(MINUTE, &[cost(0, 19_000_000)], 10), [Allocation::Rounds { launches: 3, rounds: 1 }]);
    }

    #[test]
    fn a_cell_in_three_launches_of_ten_is_in_three() {
        for of in 1..20 {
            for part in 1..=of {
                assert_eq!((1..=of).filter(|&launch| takes_part(launch, part, of)).count(), part as usize);
            }
        }
    }

    proptest! {
        #[test]
        fn the_time_is_kept(costs in prop::collection::vec((0u64..2_000_000, 1u64..9_000_000), 0..40), launches in 3u32..15) {
            let costs: Vec<_> = costs.into_iter().map(|(preparing, round)| cost(preparing, round)).collect();
            let given = share(MINUTE, &costs, launches);
            let takes: Duration = given.iter().zip(&costs).map(|(share, cost)| share.takes(*cost)).sum();
            prop_assert!(takes <= MINUTE, "{takes:?}");
            for share in given {
                if let Allocation::Rounds { launches: made, rounds } = share {
                    prop_assert!(made <= launches && made * rounds >= 3.min(launches) && rounds <= ROUNDS);
                }
            }
        }

        #[test]
        fn a_batch_lasts_as_long_as_it_should(nanoseconds in 1u64..1_000_000_000, outside in 0u64..1_000_000) {
            let (one, whole) = (Duration::from_nanos(nanoseconds), Duration::from_nanos(nanoseconds + outside));
            let count = u32::try_from(iterations(one, whole)).unwrap();
            prop_assert!(count == 1 || one * count <= BATCH && whole * count <= AROUND * BATCH);
            prop_assert!(count == 1 || one * count > BATCH / 2 || whole * count > AROUND * BATCH / 2);
        }
    }
}
