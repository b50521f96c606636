//! The cheapest of several linear costs, per range of units.
use itertools::Itertools;

use super::Interval;

/// A linear cost: a fixed part, and a part per unit. Both are in any one unit of cost.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LinearCost {
    /// The cost of 0 units.
    pub start: f64,
    /// The additional cost per unit.
    pub step: f64,
}

impl LinearCost {
    /// The cost of `units` units.
    pub fn at(self, units: f64) -> f64 {
        self.start + units * self.step
    }

    /// The number of units, 0 or more, at which two costs are equal. `None` if they are never equal, or always.
    pub fn meets(self, other: Self) -> Option<f64> {
        let units = (other.start - self.start) / (self.step - other.step);
        (units >= 0.0 && units.is_finite()).then_some(units)
    }
}

/// A cost between two lines.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CostRange {
    /// The estimate.
    pub typical: LinearCost,
    /// The lower bound.
    pub low: LinearCost,
    /// The upper bound.
    pub high: LinearCost,
}

impl CostRange {
    /// A range from the estimates and intervals of `start` and `step`. The bounds are sums of interval ends, as if both
    /// errors had the same sign, so the range is at least as wide as its confidence requires.
    ///
    /// `None` unless each estimate lies within its interval, and all are finite and 0 or more.
    pub fn new(start: (f64, Interval), step: (f64, Interval)) -> Option<Self> {
        let is_cost = |(value, Interval { low, high })| 0.0 <= low && low <= value && value <= high && high.is_finite();
        let line = |start, step| LinearCost { start, step };
        (is_cost(start) && is_cost(step)).then(|| Self {
            typical: line(start.0, step.0),
            low: line(start.1.low, step.1.low),
            high: line(start.1.high, step.1.high),
        })
    }

    /// The range of the cost of `units` units.
    pub fn at(&self, units: f64) -> Interval {
        Interval { low: self.low.at(units), high: self.high.at(units) }
    }
}

/// A range of units with the same cheapest costs.
#[derive(Debug, Clone, PartialEq)]
pub struct CheapestRange {
    /// The start of the range, in units.
    pub from: f64,
    /// The end of the range, in units; `None` for the last range, which has no end.
    pub to: Option<f64>,
    /// Indices of the costs that may be the lowest, the one with the lowest estimate first. A single index is the
    /// lowest with confidence; several are too close to call.
    pub least: Vec<usize>,
}

/// The cheapest costs per range of units, from 0 units on. The ranges follow each other without gaps and end exactly at
/// intersections of lines. The result is empty without costs.
pub fn cheapest(costs: &[CostRange]) -> Vec<CheapestRange> {
    let lines: Vec<LinearCost> = costs.iter().flat_map(|cost| [cost.typical, cost.low, cost.high]).collect();
    let mut ends: Vec<f64> = lines.iter().tuple_combinations().filter_map(|(a, b)| b.meets(*a)).collect();
    ends.push(0.0);
    ends.sort_by(f64::total_cmp);
    ends.dedup();

    let mut ranges: Vec<CheapestRange> = Vec::new();
    for (n, &from) in ends.iter().enumerate() {
        let to = ends.get(n + 1).copied();
        // The order of the lines is constant between two intersections, so one point represents the range.
        let least = contenders(costs, to.map_or(from * 2.0 + 1.0, |to| from + (to - from) / 2.0));
        match ranges.last_mut() {
            Some(last) if last.least == least => last.to = to,
            _ => ranges.push(CheapestRange { from, to, least }),
        }
    }
    ranges.retain(|range| !range.least.is_empty());
    ranges
}

/// The costs that may be the lowest at `units`: their lower bound is at most the lowest upper bound.
fn contenders(costs: &[CostRange], units: f64) -> Vec<usize> {
    let ceiling = costs.iter().map(|cost| cost.high.at(units)).fold(f64::INFINITY, f64::min);
    let contenders = costs.iter().positions(|cost| cost.low.at(units) <= ceiling);
    contenders.sorted_by(|a, b| costs[*a].typical.at(units).total_cmp(&costs[*b].typical.at(units))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::{collection::vec, prelude::*};

    fn exact(start: f64, step: f64) -> CostRange {
        within(start, step, 0.0)
    }

    fn within(start: f64, step: f64, share: f64) -> CostRange {
        let around = |value: f64| (value, Interval { low: value * (1.0 - share), high: value * (1.0 + share) });
        CostRange::new(around(start), around(step)).unwrap()
    }

    #[test]
    fn exact_costs_change_at_their_intersections() {
        let range = |from, to, least: &[usize]| CheapestRange { from, to, least: least.to_vec() };
        // The lowest cost for few, for some and for many units.
        let costs = [exact(1.0, 10.0), exact(40.0, 4.0), exact(1000.0, 1.0)];
        let ranges = [range(0.0, Some(6.5), &[0]), range(6.5, Some(320.0), &[1]), range(320.0, None, &[2])];
        assert_eq!(cheapest(&costs), ranges);
        // A cost with higher start and step is never the cheapest.
        assert_eq!(cheapest(&[exact(1.0, 1.0), exact(2.0, 2.0)]), [range(0.0, None, &[0])]);
        // Equal costs are too close to call everywhere.
        assert_eq!(cheapest(&[exact(1.0, 1.0); 2]), [range(0.0, None, &[0, 1])]);
        assert_eq!(cheapest(&[]), []);
    }

    #[test]
    fn costs_near_an_intersection_are_too_close_to_call() {
        let ranges = cheapest(&[within(1.0, 10.0, 0.1), within(40.0, 4.0, 0.1)]);
        let least: Vec<_> = ranges.iter().map(|range| range.least.as_slice()).collect();
        assert_eq!(least, [&[0][..], &[0, 1], &[1, 0], &[1]]);
        // The estimates intersect as exact costs do; the bounds intersect where 1.1 + 11 n is 36 + 3.6 n.
        assert!((ranges[1].from - 34.9 / 7.4).abs() < 1e-9 && (ranges[2].from - 6.5).abs() < 1e-9);
    }

    #[test]
    fn invalid_costs_are_rejected() {
        let valid = (1.0, Interval { low: 0.5, high: 1.5 });
        for invalid in [
            (2.0, valid.1),
            (f64::NAN, valid.1),
            (1.0, Interval { low: -1.0, high: 2.0 }),
            (1.0, Interval { low: 1.0, high: f64::INFINITY }),
        ] {
            assert_eq!((CostRange::new(invalid, valid), CostRange::new(valid, invalid)), (None, None));
        }
    }

    fn costs() -> impl Strategy<Value = Vec<CostRange>> {
        vec((0.0..1e9, 0.0..1e6, 0.0..0.5).prop_map(|(start, step, share)| within(start, step, share)), 1..6)
    }

    proptest! {
        #[test]
        fn costs_are_equal_where_their_lines_meet(a in (0.0..1e9, 0.0..1e6), b in (0.0..1e9, 0.0..1e6)) {
            let [a, b] = [a, b].map(|(start, step)| LinearCost { start, step });
            if let Some(units) = a.meets(b) {
                prop_assert!((a.at(units) / b.at(units) - 1.0).abs() < 1e-6);
                prop_assert!(b.meets(a).is_some());
            } else {
                prop_assert!((a.start < b.start) == (a.step < b.step) || a.step == b.step || a.start == b.start);
            }
        }

        #[test]
        fn ranges_have_no_gaps_and_agree_with_each_point(costs in costs(), exponent in 0.0..9.0f64) {
            let ranges = cheapest(&costs);
            prop_assert_eq!(ranges[0].from, 0.0);
            prop_assert_eq!(ranges.last().unwrap().to, None);
            for (range, next) in ranges.iter().tuple_windows() {
                prop_assert!(range.to == Some(next.from) && range.least != next.least);
            }
            let units = 10f64.powf(exponent) - 1.0;
            let range = ranges.iter().find(|range| range.from <= units && range.to.is_none_or(|to| units < to)).unwrap();
            let at_an_end = ranges.iter().any(|range| (range.from - units).abs() < 1e-6 * units);
            prop_assert!(at_an_end || range.least == contenders(&costs, units), "{:?} {}", ranges, units);
            if let [winner] = range.least[..] {
                let mut others = costs.iter().enumerate().filter(|(n, _)| *n != winner);
                prop_assert!(at_an_end || others.all(|(_, other)| costs[winner].at(units).high < other.at(units).low));
            }
        }
    }
}
