//! Divides the budget among the cells. Pure functions of the pilot's results, the time and the options.
//!
//! Sizes never depend on measured samples or on the width of an interval: stopping when an interval looks good reduces its
//! coverage. A running experiment is adjusted by the clock only.
use std::time::Duration;

use crate::statistics::{MIN_KEPT, median};

/// The limit of a cell's time as a multiple of the median cell's.
const PREFERENCE: f64 = 2.0;
/// The fewest launches of a cell: fewer than six give no verdict, and one or two may be outliers.
pub(crate) const MIN_LAUNCHES: u32 = 8;
/// The limit of the default budget if not all cells fit, as a multiple of it.
const MAX_STRETCH: u32 = 4;
/// The default limit of launches.
const MAX_LAUNCHES: u32 = 60;
/// The share of the budget for starting workers, above [`MIN_LAUNCHES`].
const MAX_STARTING_SHARE: f64 = 0.22;
/// The same share if the number of launches is requested.
const MAX_STARTING_SHARE_REQUESTED: f64 = 0.5;
/// The fewest rounds per launch. A single round is off by more than 5 % in a quarter of the cases.
pub(crate) const MIN_ROUNDS: u32 = 3;
/// The most rounds per launch. Numbers of rounds are odd, because the median of two values is a mean.
const MAX_ROUNDS: u32 = 25;
/// The variance between rounds divided by the variance between launches: 25 on a shared machine, 1 on a quiet one. Too many
/// rounds cost little.
const ROUND_VARIANCE: f64 = 12.0;

/// The default budget, or more if not all cells fit in it.
pub(crate) fn stretched(default: Duration, for_all: Duration) -> Duration {
    for_all.clamp(default, MAX_STRETCH * default)
}

/// The pilot's results for one cell id, over all variants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct CellCost {
    /// The time to prepare and drop the cells, per launch.
    pub(crate) preparing: Duration,
    /// The time of one round: a batch per variant.
    pub(crate) round: Duration,
    /// Whether every sample needs a fresh worker, so that a launch has one round.
    pub(crate) fresh: bool,
    /// Whether it is dropped last.
    pub(crate) has_priority: bool,
}

/// The allocation of a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Allocation {
    /// The rounds in each of the first launches.
    Rounds { launches: u32, rounds: u32 },
    /// The budget is too small; this time would suffice for the cell and all cheaper ones.
    TooSlow(Duration),
}

/// A plan. Cells have indices.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Plan {
    pub(crate) launches: u32,
    pub(crate) allocations: Vec<Allocation>,
    costs: Vec<CellCost>,
    /// The time to start the workers of a launch.
    starting: Duration,
    /// The most launches in all, if there is time for more than planned.
    max_launches: u32,
}

/// The fewest launches of a cell, given the requested number.
fn min_launches(requested: Option<u32>) -> u32 {
    requested.map_or(MIN_LAUNCHES, |launches| launches.min(MIN_LAUNCHES))
}

/// The nearest odd number of rounds within the limits.
fn odd(rounds: f64) -> u32 {
    let half = ((rounds - 1.0) / 2.0).round().max(0.0);
    (2 * half as u32 + 1).clamp(MIN_ROUNDS, MAX_ROUNDS)
}

impl CellCost {
    fn of_launch(self, rounds: u32) -> Duration {
        self.preparing + rounds * self.round
    }

    /// The time of a launch with the fewest rounds.
    fn of_shortest_launch(self) -> Duration {
        self.of_launch(if self.fresh { 1 } else { MIN_ROUNDS })
    }

    /// The optimal rounds per launch: the square root of preparation cost by round cost, times that of round variance by launch
    /// variance (W. Cochran, "Sampling Techniques", 1977, §10.6).
    fn worthwhile_rounds(self) -> u32 {
        let against_round = self.preparing.as_secs_f64() / self.round.as_secs_f64().max(1e-9);
        odd((ROUND_VARIANCE * against_round).sqrt())
    }

    /// The largest allocation for a time, at least the smallest one.
    fn largest_allocation(self, time: Duration, launches: u32, min: u32) -> Allocation {
        let launches_of = |rounds| how_often(time, self.of_launch(rounds)).clamp(min, launches);
        if self.fresh {
            return Allocation::Rounds { launches: launches_of(1), rounds: 1 };
        }
        let fitting = how_often((time / launches).saturating_sub(self.preparing), self.round);
        // The largest odd number.
        let fitting = fitting.saturating_sub(u32::from(fitting.is_multiple_of(2))).min(MAX_ROUNDS);
        let worthwhile = self.worthwhile_rounds();
        if fitting >= worthwhile {
            return Allocation::Rounds { launches, rounds: fitting };
        }
        // Prefers fewer launches to launches that mostly prepare.
        let enough = how_often(time, self.of_launch(worthwhile)) >= min;
        let rounds = if enough { worthwhile } else { MIN_ROUNDS };
        Allocation::Rounds { launches: launches_of(rounds), rounds }
    }
}

impl Allocation {
    fn takes(self, cost: CellCost) -> Duration {
        match self {
            Self::Rounds { launches, rounds } => launches * cost.of_launch(rounds),
            Self::TooSlow(_) => Duration::ZERO,
        }
    }

    /// The logarithm of the expected half-width, up to a constant.
    fn half_width(self) -> f64 {
        let Self::Rounds { launches, rounds } = self else { return 0.0 };
        let (launches, rounds) = (f64::from(launches), f64::from(rounds));
        // Approximates Student's t for more than a few degrees of freedom.
        let t = 1.96 + 2.4 / (launches - 1.0).max(1.0);
        (t * ((1.0 + ROUND_VARIANCE / rounds) / launches).sqrt()).ln()
    }
}

/// How often a cost fits in a time.
fn how_often(time: Duration, cost: Duration) -> u32 {
    u32::try_from(time.as_nanos() / cost.as_nanos().max(1)).unwrap_or(u32::MAX)
}

/// The weight of each cell: the square root of its cost per launch, relative to the median, which minimizes the sum of
/// variances for cells of equal scatter (W. Cochran, "Sampling Techniques", 1977, §5.5). It is limited, so that cells of
/// seconds leave time for cells of microseconds.
fn weights(costs: &[CellCost]) -> Vec<f64> {
    let a_launch = |cost: &CellCost| cost.of_shortest_launch().as_secs_f64();
    let middle = median(&costs.iter().map(a_launch).collect::<Vec<_>>()).unwrap_or_default();
    let against_middle = |cost| (a_launch(cost) / middle.max(1e-9)).sqrt();
    costs.iter().map(|cost| against_middle(cost).clamp(1.0 / PREFERENCE, PREFERENCE)).collect()
}

/// Plans a run of a given time, in which starting the workers of a launch takes `starting`. A cell has enough launches for a
/// verdict or none: cells that do not fit are skipped, the most expensive first and those with priority last. `requested` is the
/// requested number of launches; it is observed as long as starting workers leaves half of the time.
pub(crate) fn plan(time: Duration, starting: Duration, costs: &[CellCost], requested: Option<u32>) -> Plan {
    let needs = needed_times(starting, costs, requested);
    let affordable: Vec<usize> = (0..costs.len()).filter(|&n| needs[n] <= time).collect();
    let affordable_costs: Vec<CellCost> = affordable.iter().map(|&n| costs[n]).collect();
    let min = min_launches(requested);
    let within = |share: f64| how_often(time.mul_f64(share), starting);
    let max = match requested {
        Some(requested) => requested.min(within(MAX_STARTING_SHARE_REQUESTED)),
        None => MAX_LAUNCHES.min(within(MAX_STARTING_SHARE)),
    };
    let max = max.max(min);
    let division = |launches: u32| {
        let left = time.checked_sub(launches * starting)?;
        Some((launches, divide(left, &affordable_costs, launches, min)?))
    };
    let half_width = |(_, cells): &(u32, Vec<Allocation>)| cells.iter().map(|cell| cell.half_width()).sum::<f64>();
    let chosen = match requested {
        Some(_) => (min..=max).rev().find_map(division),
        None => (min..=max).filter_map(division).min_by(|a, b| half_width(a).total_cmp(&half_width(b))),
    };
    let mut allocations: Vec<Allocation> = needs.into_iter().map(Allocation::TooSlow).collect();
    let (launches, divided) = chosen.unwrap_or((min, Vec::new()));
    affordable.into_iter().zip(divided).for_each(|(n, allocation)| allocations[n] = allocation);
    let max_launches = if requested.is_some() { launches } else { MAX_LAUNCHES_FACTOR * launches };
    Plan { launches, allocations, costs: costs.to_vec(), starting, max_launches }
}

/// For each cell, the time that suffices for it and all cheaper ones; cells with priority count as the cheapest.
pub(crate) fn needed_times(starting: Duration, costs: &[CellCost], requested: Option<u32>) -> Vec<Duration> {
    let launches = min_launches(requested);
    let smallest = |n: usize| launches * costs[n].of_shortest_launch();
    let mut in_order: Vec<usize> = (0..costs.len()).collect();
    in_order.sort_by_key(|&n| (!costs[n].has_priority, smallest(n)));
    let (mut needs, mut so_far) = (vec![Duration::ZERO; costs.len()], launches * starting);
    for n in in_order {
        so_far += smallest(n);
        needs[n] = so_far;
    }
    needs
}

/// Divides a time among cells by their [`weights`]; unused time goes to the others. Each cell has at least `min` launches.
/// `None` if the smallest allocations do not fit.
fn divide(time: Duration, costs: &[CellCost], launches: u32, min: u32) -> Option<Vec<Allocation>> {
    let weights = weights(costs);
    let allocations = |each: Duration| {
        let of = |(cost, weight): (&CellCost, &f64)| cost.largest_allocation(each.mul_f64(*weight), launches, min);
        costs.iter().zip(&weights).map(of).collect::<Vec<_>>()
    };
    let fits = |allocations: &[Allocation]| {
        allocations.iter().zip(costs).map(|(cell, cost)| cell.takes(*cost)).sum::<Duration>() <= time
    };
    let mut largest = allocations(Duration::ZERO);
    if !fits(&largest) {
        return None;
    }
    // Bisects the time of the median cell, because the total is almost monotonic in it.
    let (mut enough, mut too_much) = (Duration::ZERO, time.mul_f64(PREFERENCE));
    for _ in 0..30 {
        let middle = (enough + too_much) / 2;
        let tried = allocations(middle);
        if fits(&tried) { (enough, largest) = (middle, tried) } else { too_much = middle }
    }
    Some(largest)
}

/// A budget that suffices for the needs, whatever the pilot takes. `pilot` is its duration so far, and whether it was cut off.
pub(crate) fn advice(needs: Duration, pilot: Duration, pilot_was_cut: bool) -> Duration {
    let planned = needs.div_f64(PLANNED);
    // With a larger budget, a cut-off pilot takes longer.
    let in_all = if pilot_was_cut { (planned + pilot).div_f64(1.0 - PILOT) } else { planned + pilot };
    Duration::from_secs(in_all.mul_f64(SAFETY_FACTOR).as_secs() + 1)
}

/// The planned share of the budget; the rest is for launches that take longer than the pilot predicted.
pub(crate) const PLANNED: f64 = 0.95;
/// The pilot's largest share of the budget.
pub(crate) const PILOT: f64 = 0.3;
/// The safety factor of budget recommendations.
const SAFETY_FACTOR: f64 = 1.4;

/// The plan adjusted to the clock: a factor for the planned rounds, and the launches that fit.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Pace {
    /// The factor for the planned rounds in the next launch.
    pub(crate) rounds_factor: f64,
    /// The last launch that is expected to fit.
    pub(crate) last: u32,
}

/// The rest of a running experiment: the next launch, and the time left.
pub(crate) struct Remaining {
    pub(crate) next: u32,
    pub(crate) left: Duration,
    /// The time of launches as a multiple of the predicted time.
    pub(crate) slowness: f64,
}

/// Rounds are reduced to this factor before launches are.
const FEWER_ROUNDS: f64 = 0.5;
/// Rounds are increased to this factor before launches are.
const MORE_ROUNDS: f64 = 1.5;
/// If starting workers takes this share of the remaining time, dropping cells is pointless.
const MAX_STARTING_SHARE_LEFT: f64 = 0.7;
/// The limit of launches as a multiple of the planned launches.
const MAX_LAUNCHES_FACTOR: u32 = 2;
/// A factor for which every cell has the fewest rounds.
const MIN_ROUNDS_FACTOR: f64 = 0.0;

impl Plan {
    /// The rounds of a cell in a launch (counted from 1), as planned times a factor; `None` if it does not take part.
    /// Expensive cells take part in the first launches only, so that an interrupted run has enough launches of them.
    pub(crate) fn rounds(&self, at: usize, launch: u32, factor: f64) -> Option<u32> {
        let Allocation::Rounds { launches, rounds } = self.allocations[at] else { return None };
        // Cells in all planned launches are in additional launches too.
        let takes_part = launch <= launches || launches >= self.launches;
        takes_part.then(|| if rounds < MIN_ROUNDS { rounds } else { odd(f64::from(rounds) * factor) })
    }

    /// The predicted duration of a launch.
    pub(crate) fn takes(&self, launch: u32, factor: f64) -> Duration {
        let of = |(at, cost): (usize, &CellCost)| Some(cost.of_launch(self.rounds(at, launch, factor)?));
        self.starting + self.costs.iter().enumerate().filter_map(of).sum::<Duration>()
    }

    /// Adjusts the plan from the next launch on. Behind schedule it reduces rounds, then launches, then cells, most expensive
    /// first; ahead of schedule it increases rounds, then launches.
    pub(crate) fn pace(&mut self, rest: &Remaining) -> Pace {
        loop {
            let pace = self
                .more_launches(rest)
                .or_else(|| self.one_more_launch(rest))
                .or_else(|| self.fewer_rounds(rest))
                .or_else(|| self.fewer_launches(rest))
                .or_else(|| self.give_up(rest))
                .or_else(|| self.drop_cell(rest));
            if let Some(pace) = pace {
                return pace;
            }
        }
    }

    /// The fewest launches of a cell.
    fn min_launches(&self) -> u32 {
        min_launches(Some(self.launches))
    }

    /// Whether the launches up to this one fit, with planned rounds times a factor.
    fn fits(&self, rest: &Remaining, last: u32, factor: f64) -> bool {
        let takes = |launch| self.takes(launch, factor);
        (rest.next..=last).map(takes).sum::<Duration>().mul_f64(rest.slowness) <= rest.left
    }

    /// The largest factor with which the launches up to this one fit.
    fn largest_factor(&self, rest: &Remaining, last: u32) -> Option<f64> {
        (0..=15).rev().map(|tenth| f64::from(tenth) / 10.0).find(|factor| self.fits(rest, last, *factor))
    }

    /// More rounds in as many launches as fit, at least the planned ones.
    fn more_launches(&self, rest: &Remaining) -> Option<Pace> {
        let mut launches = (self.launches.max(rest.next)..=self.max_launches).rev();
        launches.find(|last| self.fits(rest, *last, MORE_ROUNDS)).map(|last| Pace { rounds_factor: MORE_ROUNDS, last })
    }

    /// After the planned launches, one more in the remaining time, or none.
    fn one_more_launch(&self, rest: &Remaining) -> Option<Pace> {
        let next = rest.next;
        if next <= self.launches {
            return None;
        }
        Some(match self.largest_factor(rest, next).filter(|_| next <= self.max_launches) {
            Some(rounds_factor) => Pace { rounds_factor, last: next },
            None => Pace { rounds_factor: MIN_ROUNDS_FACTOR, last: next - 1 },
        })
    }

    /// As many rounds as fit in the planned launches, unless they are much fewer.
    fn fewer_rounds(&self, rest: &Remaining) -> Option<Pace> {
        let rounds_factor = self.largest_factor(rest, self.launches).filter(|factor| *factor >= FEWER_ROUNDS)?;
        Some(Pace { rounds_factor, last: self.launches })
    }

    /// Fewer launches, and in the fewest launches as many rounds as fit.
    fn fewer_launches(&self, rest: &Remaining) -> Option<Pace> {
        let min = self.min_launches().max(rest.next);
        match (min..=self.launches).rev().find(|last| self.fits(rest, *last, FEWER_ROUNDS)) {
            Some(last) => Some(Pace { rounds_factor: FEWER_ROUNDS, last }),
            None => Some(Pace { rounds_factor: self.largest_factor(rest, min)?, last: min }),
        }
    }

    /// The launches that still fit, if fewer cells would not help. One or two launches fewer still give verdicts, and are
    /// better than fewer cells.
    fn give_up(&self, rest: &Remaining) -> Option<Pace> {
        let &Remaining { next, left, .. } = rest;
        let min = self.min_launches().max(next);
        let fewer = (next..min).rev().find(|last| self.fits(rest, *last, MIN_ROUNDS_FACTOR));
        let start = self.starting.mul_f64(rest.slowness);
        let hopeless = start * (min + 1 - next) > left.mul_f64(MAX_STARTING_SHARE_LEFT);
        let is_enough = next > self.min_launches() || fewer.is_some_and(|last| last as usize >= MIN_KEPT);
        // A launch that is cut off keeps its results.
        let last = fewer.unwrap_or(if start < left { next } else { next - 1 });
        (is_enough || hopeless).then_some(Pace { rounds_factor: MIN_ROUNDS_FACTOR, last })
    }

    /// Drops the most expensive cell, which need not be the late one, those with priority last. Without a cell, the run ends.
    fn drop_cell(&mut self, rest: &Remaining) -> Option<Pace> {
        let taking_part = (0..self.costs.len()).filter(|&at| self.rounds(at, rest.next, MIN_ROUNDS_FACTOR).is_some());
        let cost = |&at: &usize| (!self.costs[at].has_priority, self.costs[at].of_shortest_launch());
        let Some(at) = taking_part.max_by_key(cost) else {
            return Some(Pace { rounds_factor: MIN_ROUNDS_FACTOR, last: rest.next - 1 });
        };
        let needs = needed_times(self.starting, &self.costs, Some(self.launches))[at].mul_f64(rest.slowness.max(1.0));
        self.allocations[at] = Allocation::TooSlow(needs);
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn cost(preparing_us: u64, round_us: u64) -> CellCost {
        let [preparing, round] = [preparing_us, round_us].map(Duration::from_micros);
        CellCost { preparing, round, fresh: false, has_priority: false }
    }

    const MINUTE: Duration = Duration::from_secs(60);
    const STARTING: Duration = Duration::from_millis(300);

    fn is_given(share: &Allocation) -> bool {
        matches!(share, Allocation::Rounds { .. })
    }

    #[test]
    fn rounds_are_odd_and_rounded_to_the_nearest() {
        assert_eq!([0.0, 1.98, 3.9, 4.1, 5.0, 6.1, 1e9].map(odd), [3, 3, 3, 5, 5, 7, 25]);
    }

    #[test]
    fn starting_workers_takes_a_fifth_of_a_short_run() {
        let costs = [cost(1_000, 350); 96];
        let plan = plan(Duration::from_secs(14), STARTING, &costs, None);
        assert!((MIN_LAUNCHES..=10).contains(&plan.launches), "{plan:?}");
        let has_rounds = |share: &Allocation| matches!(share, Allocation::Rounds { rounds: 7.., .. });
        assert!(plan.allocations.iter().all(has_rounds), "{plan:?}");
    }

    #[test]
    fn the_requested_launches_are_planned() {
        let costs = [cost(1_000, 1_000); 10];
        for requested in [1, 3, 8, 100] {
            assert_eq!(plan(MINUTE, STARTING, &costs, Some(requested)).launches, requested);
        }
        assert_eq!(plan(MINUTE, STARTING, &costs, Some(1_000)).launches, 100, "half of the time");
        let three = plan(MINUTE, STARTING, &costs, Some(3));
        assert_eq!(three.allocations[0], Allocation::Rounds { launches: 3, rounds: MAX_ROUNDS });
    }

    #[test]
    fn a_cell_that_does_not_fit_has_a_sufficient_time() {
        let costs = [cost(0, 30_000_000), cost(0, 1_000)];
        let given = plan(MINUTE, Duration::ZERO, &costs, None).allocations;
        assert_eq!(given[0], Allocation::TooSlow(Duration::from_micros(24 * 30_001_000)));
        assert!(is_given(&given[1]));
        let prioritized = [CellCost { has_priority: true, ..costs[0] }, costs[1]];
        let given = plan(24 * MINUTE / 2, Duration::ZERO, &prioritized, None).allocations;
        assert!(is_given(&given[0]) && !is_given(&given[1]), "cells with priority come first");
    }

    #[test]
    fn time_is_allocated_by_the_root_of_the_cost_up_to_a_limit() {
        let costs = [1_000, 1_000, 1_000, 2_250, 4_000, 100_000].map(|round| cost(0, round));
        let middle = 1_625.0_f64;
        let weight = |round: f64| (round / middle).sqrt();
        let expected = [weight(1000.0), weight(2_250.0), weight(4_000.0), 2.0];
        let given = weights(&costs);
        let given = [given[0], given[3], given[4], given[5]];
        assert!(given.iter().zip(expected).all(|(given, expected)| (given - expected).abs() < 1e-9), "{given:?}");
    }

    #[test]
    fn cells_with_fresh_workers_have_one_round_per_launch() {
        let costly = CellCost { fresh: true, ..cost(100_000, 1_000) };
        let given = plan(Duration::from_secs(4), Duration::from_millis(10), &[costly], None);
        assert!(matches!(given.allocations[0], Allocation::Rounds { launches: 20.., rounds: 1 }), "{given:?}");
    }

    fn any_cost() -> impl Strategy<Value = CellCost> {
        let cost = |(preparing, round, fresh, has_priority)| CellCost { fresh, has_priority, ..cost(preparing, round) };
        // By orders of magnitude, as real cells.
        let micros = || (0u32..7, 1u64..10).prop_map(|(power, digit)| digit * 10_u64.pow(power) / 10);
        (micros(), micros(), prop::bool::weighted(0.05), prop::bool::weighted(0.1)).prop_map(cost)
    }

    /// Costs, the time to start workers, a time, and the requested launches.
    fn any_plan_input() -> impl Strategy<Value = (Vec<CellCost>, Duration, Duration, Option<u32>)> {
        let costs = prop::collection::vec(any_cost(), 1..60);
        let requested = prop::option::weighted(0.3, 1u32..100);
        let milliseconds = |range: std::ops::Range<u64>| range.prop_map(Duration::from_millis);
        (costs, milliseconds(0..2_000), milliseconds(0..200_000), requested)
    }

    proptest! {
        #[test]
        fn a_plan_fits_and_gives_each_cell_enough_launches_and_odd_rounds_or_none((costs, starting, time, requested) in any_plan_input()) {
            let plan = plan(time, starting, &costs, requested);
            let any = plan.allocations.iter().any(is_given);
            let takes = plan.allocations.iter().zip(&costs).map(|(share, cost)| share.takes(*cost)).sum::<Duration>();
            prop_assert!(!any || plan.launches * starting + takes <= time, "{plan:?}");
            let min = min_launches(requested);
            prop_assert!(plan.launches >= min && plan.launches <= requested.unwrap_or(MAX_LAUNCHES));
            if any && plan.launches > MIN_LAUNCHES {
                let max = if requested.is_some() { MAX_STARTING_SHARE_REQUESTED } else { MAX_STARTING_SHARE };
                prop_assert!(plan.launches * starting <= time.mul_f64(max));
            }
            for (share, cost) in plan.allocations.iter().zip(&costs) {
                let Allocation::Rounds { launches, rounds } = *share else { continue };
                prop_assert!((min..=plan.launches).contains(&launches));
                prop_assert!(rounds % 2 == 1 && rounds <= MAX_ROUNDS && (rounds >= MIN_ROUNDS || cost.fresh));
            }
        }

        #[test]
        fn more_time_drops_no_cell_and_narrows_intervals((costs, starting, time, _) in any_plan_input(), more in 1.0..3.0) {
            let (less, more) = (plan(time, starting, &costs, None), plan(time.mul_f64(more), starting, &costs, None));
            let given = less.allocations.iter().zip(&more.allocations).filter(|(share, _)| is_given(share));
            prop_assert!(given.clone().all(|(_, share)| is_given(share)));
            // On the same cells, within the precision of the bisection.
            if less.allocations.iter().filter(|share| is_given(share)).count() == more.allocations.iter().filter(|share| is_given(share)).count() {
                let sum = |plan: &Plan| plan.allocations.iter().map(|share| share.half_width()).sum::<f64>();
                prop_assert!(sum(&more) <= sum(&less) + 0.3 * costs.len() as f64, "{less:?} {more:?}");
            }
        }

        /// The recommended budget suffices, whatever the pilot takes of it.
        #[test]
        fn the_recommended_budget_suffices(
            (costs, starting, time, requested) in any_plan_input(), pilot in 0.0..1.0, was_cut: bool,
        ) {
            let allocations = plan(time, starting, &costs, requested).allocations;
            let budget = time.div_f64(PLANNED);
            let pilot = budget.mul_f64(if was_cut { PILOT } else { PILOT * pilot });
            for (n, share) in allocations.iter().enumerate() {
                let Allocation::TooSlow(needs) = *share else { continue };
                prop_assert!(needs > time);
                let advised = advice(needs, pilot, was_cut);
                let pilot = if was_cut { advised.mul_f64(PILOT) } else { pilot };
                let left = advised.saturating_sub(pilot).mul_f64(PLANNED);
                prop_assert!(is_given(&plan(left, starting, &costs, requested).allocations[n]), "{advised:?}");
            }
        }

        /// A machine that becomes several times slower or faster during the run.
        #[test]
        fn a_run_ends_in_time_and_remaining_cells_have_enough_launches(
            (costs, starting, time, requested) in any_plan_input(), slow in prop::collection::vec(0.3..4.0, 1..4),
        ) {
            prop_assume!(starting > Duration::from_millis(10) && time > Duration::from_secs(1));
            let planned = plan(time, starting, &costs, requested);
            prop_assume!(planned.allocations.iter().any(is_given));
            let (mut plan, mut left) = (planned.clone(), time);
            let (mut took, mut expected) = (Duration::ZERO, Duration::ZERO);
            let (mut made, mut launches) = (vec![0; costs.len()], 0);
            loop {
                let slowness = if launches == 0 { 1.0 } else { took.as_secs_f64() / expected.as_secs_f64() };
                let pace = plan.pace(&Remaining { next: launches + 1, left, slowness });
                if pace.last <= launches { break }
                launches += 1;
                let takes = plan.takes(launches, pace.rounds_factor);
                expected += takes;
                let really = takes.mul_f64(slow[launches as usize % slow.len()]);
                took += really;
                left = left.saturating_sub(really);
                for (at, made) in made.iter_mut().enumerate() {
                    if let Some(rounds) = plan.rounds(at, launches, pace.rounds_factor) {
                        prop_assert!(rounds % 2 == 1 && (rounds >= MIN_ROUNDS || costs[at].fresh));
                        *made += 1;
                    }
                }
                prop_assert!(launches <= MAX_LAUNCHES_FACTOR * planned.launches);
            }
            let min = MIN_LAUNCHES.min(planned.launches);
            // The speed is constant and known from the first launch, so no cell is dropped.
            if slow.iter().all(|s| *s == slow[0] && *s <= 1.0) {
                prop_assert!(took <= time);
                prop_assert!(plan.allocations.iter().zip(&made).all(|(share, made)| !is_given(share) || *made >= min));
                prop_assert_eq!(plan.allocations, planned.allocations, "no cell is dropped");
            }
        }
    }

    /// Half of the time is over before the machine is found to be four times slower than in the pilot.
    #[test]
    fn behind_schedule_rounds_then_launches_then_cells_are_reduced() {
        let costs = [vec![cost(1_000, 2_000); 20], vec![cost(1_000, 80_000)]].concat();
        let mut planned = plan(Duration::from_secs(20), Duration::from_millis(100), &costs, None);
        let mut pace = |next, seconds: f64, slowness| {
            let left = Duration::from_secs_f64(seconds);
            let pace = planned.pace(&Remaining { next, left, slowness });
            let dropped = (0..costs.len()).filter(|&at| !is_given(&planned.allocations[at])).collect::<Vec<_>>();
            (pace, dropped)
        };
        let (on_time, _) = pace(1, 20.0, 1.0);
        assert!((1.0..=MORE_ROUNDS).contains(&on_time.rounds_factor), "{on_time:?}");
        let (slower, dropped) = pace(2, 19.0, 1.5);
        assert!(slower.rounds_factor < 1.0 && slower.last == on_time.last && dropped.is_empty(), "{slower:?}");
        let (slow, dropped) = pace(2, 19.0, 3.0);
        assert!(slow.rounds_factor <= slower.rounds_factor && slow.last < on_time.last, "{slow:?}");
        assert!(dropped.is_empty(), "{slow:?}");
        let (too_slow, dropped) = pace(2, 6.0, 3.0);
        assert_eq!(dropped, [20]);
        assert!((MIN_LAUNCHES..on_time.last).contains(&too_slow.last), "{too_slow:?}");
    }
}
