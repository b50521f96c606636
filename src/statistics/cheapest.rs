//! Which of several costs that grow in straight lines is the least, and from where on.
use super::{Error, Interval};

/// A cost of so much at the start, and so much more with each unit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LinearCost {
    /// The cost of nothing yet.
    pub start: f64,
    /// What each unit adds.
    pub step: f64,
}

impl LinearCost {
    /// The cost of so many units.
    pub fn at(self, units: f64) -> f64 {
        self.start + units * self.step
    }

    /// After how many units, none or more, two costs are equal. Nothing where they never are, or always.
    pub fn meets(self, other: Self) -> Option<f64> {
        let units = (other.start - self.start) / (self.step - other.step);
        (units >= 0.0 && units.is_finite()).then_some(units)
    }
}

/// A cost that is known to lie between two lines.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CostRange {
    /// What it is estimated to be.
    pub typical: LinearCost,
    /// The lower end.
    pub low: LinearCost,
    /// The upper end.
    pub high: LinearCost,
}

impl CostRange {
    /// From the intervals of its start and its step, each given with its estimate. The ends are added up, as if all were off in one direction: so
    /// what is called the least here is so at least as surely as the intervals are.
    ///
    /// [`Error::NotACost`] unless each estimate lies within its interval, and all are finite and 0 or more.
    pub fn new(start: (f64, Interval), step: (f64, Interval)) -> Result<Self, Error> {
        for (value, Interval { low, high }) in [start, step] {
            if !(0.0 <= low && low <= value && value <= high && high.is_finite()) {
                return Err(Error::NotACost { value });
            }
        }
        let line = |start, step| LinearCost { start, step };
        let (typical, low, high) =
            (line(start.0, step.0), line(start.1.low, step.1.low), line(start.1.high, step.1.high));
        Ok(Self { typical, low, high })
    }

    /// The range of the cost of so many units.
    pub fn at(&self, units: f64) -> Interval {
        Interval { low: self.low.at(units), high: self.high.at(units) }
    }
}

/// A range of units in which the answer is the same.
#[derive(Debug, Clone, PartialEq)]
pub struct CheapestRange {
    /// From so many units on.
    pub from: f64,
    /// To so many; nothing for the last, which goes on for ever.
    pub to: Option<f64>,
    /// Which costs may be the least, the one that is estimated to be so first. One alone is surely the least; more are too
    /// close to call.
    pub least: Vec<usize>,
}

/// Which cost is the least for how many units, from none on. The stretches follow each other without a gap; their ends
/// are where two lines meet, exactly. Nothing where there are no costs.
pub fn cheapest(costs: &[CostRange]) -> Vec<CheapestRange> {
    let lines: Vec<LinearCost> = costs.iter().flat_map(|cost| [cost.typical, cost.low, cost.high]).collect();
    let mut ends: Vec<f64> =
        lines.iter().enumerate().flat_map(|(n, a)| lines[..n].iter().filter_map(|b| a.meets(*b))).collect();
    ends.push(0.0);
    ends.sort_by(f64::total_cmp);
    ends.dedup();

    let mut stretches: Vec<CheapestRange> = Vec::new();
    for (n, &from) in ends.iter().enumerate() {
        let to = ends.get(n + 1).copied();
        // Nothing changes between two meetings, so one look in the middle tells of all.
        let least = contenders(costs, to.map_or(from * 2.0 + 1.0, |to| from + (to - from) / 2.0));
        match stretches.last_mut() {
            Some(last) if last.least == least => last.to = to,
            _ => stretches.push(CheapestRange { from, to, least }),
        }
    }
    stretches.retain(|stretch| !stretch.least.is_empty());
    stretches
}

/// Which costs may be the least of so many units: those whose range reaches below the upper end of every other.
fn contenders(costs: &[CostRange], units: f64) -> Vec<usize> {
    let ceiling = costs.iter().map(|cost| cost.high.at(units)).fold(f64::INFINITY, f64::min);
    let mut contenders: Vec<usize> = (0..costs.len()).filter(|n| costs[*n].low.at(units) <= ceiling).collect();
    contenders.sort_by(|a, b| costs[*a].typical.at(units).total_cmp(&costs[*b].typical.at(units)));
    contenders
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
    fn costs_without_doubt_cross_exactly() {
        // Cheap to begin with, in the middle, and in the long run.
        let costs = [exact(1.0, 10.0), exact(40.0, 4.0), exact(1000.0, 1.0)];
        assert_eq!(
            cheapest(&costs),
            [
                CheapestRange { from: 0.0, to: Some(6.5), least: vec![0] },
                CheapestRange { from: 6.5, to: Some(320.0), least: vec![1] },
                CheapestRange { from: 320.0, to: None, least: vec![2] },
            ]
        );
    }

    #[test]
    fn what_is_worse_in_both_never_wins() {
        let stretches = cheapest(&[exact(1.0, 1.0), exact(2.0, 2.0)]);
        assert_eq!(stretches, [CheapestRange { from: 0.0, to: None, least: vec![0] }]);
    }

    #[test]
    fn around_a_crossing_nobody_can_say() {
        let stretches = cheapest(&[within(1.0, 10.0, 0.1), within(40.0, 4.0, 0.1)]);
        let least: Vec<_> = stretches.iter().map(|stretch| stretch.least.as_slice()).collect();
        assert_eq!(least, [&[0][..], &[0, 1], &[1, 0], &[1]]);
        // The estimates cross where they would without doubt; the doubt begins where 1.1 + 11 n is 36 + 3.6 n.
        assert!((stretches[1].from - 34.9 / 7.4).abs() < 1e-9 && (stretches[2].from - 6.5).abs() < 1e-9);
    }

    #[test]
    fn costs_that_are_the_same_are_too_close_for_ever() {
        assert_eq!(cheapest(&[exact(1.0, 1.0); 2]), [CheapestRange { from: 0.0, to: None, least: vec![0, 1] }]);
        assert_eq!(cheapest(&[]), []);
    }

    #[test]
    fn what_is_no_cost_is_refused() {
        let fine = (1.0, Interval { low: 0.5, high: 1.5 });
        for bad in [
            (2.0, fine.1),
            (f64::NAN, fine.1),
            (1.0, Interval { low: -1.0, high: 2.0 }),
            (1.0, Interval { low: 1.0, high: f64::INFINITY }),
        ] {
            assert!(matches!(CostRange::new(bad, fine), Err(Error::NotACost { .. })));
            assert!(matches!(CostRange::new(fine, bad), Err(Error::NotACost { .. })));
        }
    }

    fn costs() -> impl Strategy<Value = Vec<CostRange>> {
        vec((0.0..1e9, 0.0..1e6, 0.0..0.5).prop_map(|(start, step, share)| within(start, step, share)), 1..6)
    }

    proptest! {
        #[test]
        fn lines_meet_where_they_are_equal(a in (0.0..1e9, 0.0..1e6), b in (0.0..1e9, 0.0..1e6)) {
            let [a, b] = [a, b].map(|(start, step)| LinearCost { start, step });
            if let Some(units) = a.meets(b) {
                prop_assert!((a.at(units) / b.at(units) - 1.0).abs() < 1e-6);
                prop_assert_eq!(b.meets(a).is_some(), true);
            } else {
                prop_assert!((a.start < b.start) == (a.step < b.step) || a.step == b.step || a.start == b.start);
            }
        }

        #[test]
        fn stretches_cover_everything_and_say_what_a_look_at_each_point_says(costs in costs(), exponent in 0.0..9.0f64) {
            let stretches = cheapest(&costs);
            prop_assert_eq!(stretches[0].from, 0.0);
            prop_assert_eq!(stretches.last().unwrap().to, None);
            for pair in stretches.windows(2) {
                prop_assert_eq!(pair[0].to, Some(pair[1].from));
                prop_assert!(pair[0].least != pair[1].least);
            }
            let units = 10f64.powf(exponent) - 1.0;
            let here = stretches.iter().find(|stretch| stretch.from <= units && stretch.to.is_none_or(|to| units < to)).unwrap();
            let near_an_end = stretches.iter().any(|stretch| (stretch.from - units).abs() < 1e-6 * units);
            prop_assert!(near_an_end || here.least == contenders(&costs, units), "{:?} {}", stretches, units);
            if let [winner] = here.least[..] {
                let others = costs.iter().enumerate().filter(|(n, _)| *n != winner);
                prop_assert!(near_an_end || others.clone().all(|(_, other)| costs[winner].at(units).high < other.at(units).low));
            }
        }
    }
}
