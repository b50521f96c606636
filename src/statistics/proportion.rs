//! Proportions with their bounds.
use statrs::distribution::{Beta, ContinuousCDF};

use super::Confidence;

/// A number of hits among trials, such as false alarms or detected slowdowns.
///
/// Its bounds are those of C. J. Clopper and E. S. Pearson, "The use of confidence or fiducial limits illustrated in
/// the case of the binomial", Biometrika 26, 1934. They never cover too little, unlike Wilson's narrower bounds near 0 and 1,
/// where false alarms and detections are. Trials must be independent: the cells of a run are not quite, so a rate over few runs
/// is less certain than its bounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Proportion {
    hits: u32,
    trials: u32,
}

impl Proportion {
    /// `None` without trials, or with more hits than trials.
    pub fn new(hits: u32, trials: u32) -> Option<Self> {
        (trials > 0 && hits <= trials).then_some(Self { hits, trials })
    }

    /// The proportion with the effective number of independent trials, for groups of correlated trials: their number divided by
    /// the design effect, 1 + (size - 1) x the correlation within a group, from the variance between groups (L. Kish, "Survey
    /// Sampling", 1965), at least 1. Each group is a pair of hits and trials. `None` without trials.
    pub fn of_groups(groups: &[(u32, u32)]) -> Option<(Self, f64)> {
        let groups: Vec<_> = groups.iter().filter(|(_, trials)| *trials > 0).collect();
        let (hits, trials) = groups.iter().fold((0, 0), |sum, group| (sum.0 + group.0, sum.1 + group.1));
        let all = Self::new(hits, trials)?;
        let count = groups.len() as f64;
        // The variance of a ratio of sums, compared with that of independent trials.
        let departs = |(hits, trials): &(u32, u32)| f64::from(*hits) - all.rate() * f64::from(*trials);
        let squares: f64 = groups.iter().map(|group| departs(group).powi(2)).sum();
        let clustered = count / (count - 1.0) * squares / f64::from(trials).powi(2);
        let independent = all.rate() * (1.0 - all.rate()) / f64::from(trials);
        let effect = if count < 2.0 || independent == 0.0 { 1.0 } else { (clustered / independent).max(1.0) };
        let fewer = |count: u32| (f64::from(count) / effect).round() as u32;
        let worth = fewer(trials).max(1);
        // Rounded so that hits remain hits.
        let hits = fewer(hits).clamp(u32::from(hits > 0), worth - u32::from(hits < trials && worth > 1));
        Some((Self { hits, trials: worth }, effect))
    }

    /// The observed share, from 0 to 1.
    pub fn rate(self) -> f64 {
        f64::from(self.hits) / f64::from(self.trials)
    }

    /// The one-sided upper bound. Without hits in 20 trials, it is 14 % at 95 % confidence.
    pub fn at_most(self, confidence: Confidence) -> f64 {
        let (hits, misses) = (f64::from(self.hits), f64::from(self.trials - self.hits));
        // The quantile of a beta distribution equals the binomial's tail.
        Beta::new(hits + 1.0, misses).map_or(1.0, |beta| quantile(&beta, confidence.value()))
    }

    /// The one-sided lower bound.
    pub fn at_least(self, confidence: Confidence) -> f64 {
        1.0 - Self { hits: self.trials - self.hits, ..self }.at_most(confidence)
    }
}

/// By bisection, because `Beta::inverse_cdf` does not terminate for some counts in the millions.
fn quantile(beta: &Beta, p: f64) -> f64 {
    let (mut low, mut high) = (0.0_f64, 1.0);
    for _ in 0..64 {
        let middle = low.midpoint(high);
        if beta.cdf(middle) < p { low = middle } else { high = middle }
    }
    high
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use statrs::distribution::{Binomial, DiscreteCDF};

    #[test]
    fn the_bounds_are_those_of_r() {
        // R: binom.test(hits, trials)$conf.int
        let table = [
            (0, 20, 0.0, 0.168_433_5),
            (1, 20, 0.001_265_1, 0.248_732_8),
            (7, 20, 0.153_909_2, 0.592_188_5),
            (20, 20, 0.831_566_5, 1.0),
        ];
        for (hits, trials, low, high) in table {
            // R leaves half of the error on each side.
            let (proportion, one_sided) = (Proportion::new(hits, trials).unwrap(), Confidence::new(0.975).unwrap());
            assert!((proportion.at_least(one_sided) - low).abs() < 1e-6, "{hits}");
            assert!((proportion.at_most(one_sided) - high).abs() < 1e-6, "{hits}");
        }
    }

    #[test]
    fn correlated_groups_count_as_fewer_trials() {
        // Each group has all or none: as many effective trials as groups.
        let (worth, effect) = Proportion::of_groups(&[(10, 10), (0, 10), (10, 10), (0, 10)]).unwrap();
        assert!((effect - 13.333).abs() < 1e-3, "{effect}");
        assert_eq!(worth, Proportion { hits: 2, trials: 3 });
        // Equal groups: not more effective trials than trials.
        let alike = Proportion::of_groups(&[(1, 10); 4]).unwrap();
        assert_eq!(alike, (Proportion { hits: 4, trials: 40 }, 1.0));
        assert_eq!(Proportion::of_groups(&[(0, 10), (0, 0)]).unwrap(), (Proportion { hits: 0, trials: 10 }, 1.0));
        assert_eq!(Proportion::of_groups(&[(0, 0)]), None);
    }

    #[test]
    fn the_rule_of_three() {
        // Without hits in n trials, the bound is 1 - 0.05^(1/n), about 3/n: 299 trials give "at most 1 %".
        let bound = |trials| Proportion::new(0, trials).unwrap().at_most(Confidence::NINETY_FIVE);
        for trials in [1, 20, 1_000, 10_000_000, u32::MAX] {
            let expected = -(0.05_f64.ln() / f64::from(trials)).exp_m1();
            assert!((bound(trials) / expected - 1.0).abs() < 1e-6, "{trials}: {}", bound(trials));
        }
        assert!(bound(298) > 0.01 && bound(299) < 0.01);
    }

    #[test]
    fn invalid_proportions_are_rejected() {
        assert_eq!(Proportion::new(0, 0), None);
        assert_eq!(Proportion::new(3, 2), None);
    }

    proptest! {
        #[test]
        fn at_its_bound_so_few_hits_are_just_that_unlikely(
            trials in 1_u32..5_000, share in 0.0..1.0, confidence in 0.5..0.9999,
        ) {
            let (hits, confidence) = ((share * f64::from(trials)) as u32, Confidence::new(confidence).unwrap());
            let proportion = Proportion::new(hits, trials).unwrap();
            let bound = proportion.at_most(confidence);
            prop_assert!((Binomial::new(bound, trials.into()).unwrap().cdf(hits.into()) - confidence.error()).abs() < 1e-6);
            prop_assert!((proportion.at_least(confidence)..=bound).contains(&proportion.rate()));
        }
    }
}
