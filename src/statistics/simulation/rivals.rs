//! What else could have been the estimator: each makes an interval, nominally of 95 %, of one number a launch.

use rand::RngExt;

use super::seeded;
use crate::statistics::{
    Confidence, Estimate, Interval, LEAST_KEPT, OUTLYING, OUTLYING_MADS, interval::t_exceeded, median, scaled_mad,
};

pub(crate) type Estimator = fn(&[f64]) -> Interval;

const TAIL: f64 = 0.025;

/// All of them by name, the chosen one first.
pub(crate) const ALL: [(&str, Estimator); 13] = [
    ("chosen", chosen),
    ("kept t", kept_t),
    ("Yuen 20", |values| yuen(values, 0.2)),
    ("Yuen 25", |values| yuen(values, 0.25)),
    ("kept Y 20", |values| yuen(&kept(values), 0.2)),
    ("kept Y 25", |values| yuen(&kept(values), 0.25)),
    ("plain t", plain_t),
    ("bare MAD", kept_by_bare_mad),
    ("wins. 1", |values| winsorised(values, 1)),
    ("wins. 2", |values| winsorised(values, 2)),
    ("Hodges-L.", hodges_lehmann),
    ("sign", sign),
    ("boot-t", bootstrap_t),
];

pub(crate) fn chosen(values: &[f64]) -> Interval {
    let estimate = Estimate::over_launches(values, OUTLYING.ln_1p()).expect("finite");
    estimate.interval(Confidence::NINETY_FIVE).expect("three launches or more")
}

/// Student's interval over all launches.
fn plain_t(values: &[f64]) -> Interval {
    around(mean(values), t_exceeded(TAIL, values.len() as f64 - 1.0) * standard_error(values))
}

/// The launches that are not outlying; all, where they cannot be told.
fn kept(values: &[f64]) -> Vec<f64> {
    let middle = median(values).unwrap();
    let furthest = (OUTLYING_MADS * scaled_mad(values).unwrap()).max(OUTLYING.ln_1p());
    let kept: Vec<f64> = values.iter().copied().filter(|value| (value - middle).abs() <= furthest).collect();
    if kept.len() < LEAST_KEPT || kept.len() * 10 < values.len() * 7 { values.to_vec() } else { kept }
}

/// Student's interval over the launches that are not outlying: what is chosen for few launches.
fn kept_t(values: &[f64]) -> Interval {
    plain_t(&kept(values))
}

/// The trimmed mean with the spread of K. K. Yuen, over all launches.
fn yuen(values: &[f64], share: f64) -> Interval {
    let count = values.len();
    let cut = (share * count as f64) as usize;
    let mut sorted = sorted(values);
    let kept = (count - 2 * cut) as f64;
    let middle = mean(&sorted[cut..count - cut]);
    let (least, greatest) = (sorted[cut], sorted[count - 1 - cut]);
    sorted.iter_mut().for_each(|value| *value = value.clamp(least, greatest));
    let variance = standard_error(&sorted).powi(2) * count as f64;
    let error = ((count as f64 - 1.0) * variance / (kept * (kept - 1.0))).sqrt();
    around(middle, t_exceeded(TAIL, kept - 1.0) * error)
}

/// As chosen, but outlying are the launches beyond five MADs that are not scaled.
fn kept_by_bare_mad(values: &[f64]) -> Interval {
    let middle = median(values).unwrap();
    let bare = OUTLYING_MADS * scaled_mad(values).unwrap() / 1.4826;
    let near = |value: &f64| (value - middle).abs() <= bare.max(OUTLYING.ln_1p());
    let kept: Vec<f64> = values.iter().copied().filter(near).collect();
    plain_t(if kept.len() < LEAST_KEPT || kept.len() * 10 < values.len() * 7 { values } else { &kept })
}

/// Student's t with the `cut` least and greatest values trimmed from the mean and pulled in for the spread: J. W. Tukey
/// and D. H. McLaughlin, "Less vulnerable confidence and significance procedures for location", Sankhya A 25, 1963.
fn winsorised(values: &[f64], cut: usize) -> Interval {
    if values.len() < 2 * cut + 3 {
        return plain_t(values);
    }
    let mut sorted = sorted(values);
    let (last, kept) = (values.len() - 1 - cut, values.len() - 2 * cut);
    let trimmed_mean = mean(&sorted[cut..=last]);
    for place in 0..cut {
        sorted[place] = sorted[cut];
        sorted[last + 1 + place] = sorted[last];
    }
    let error = standard_error(&sorted) * values.len() as f64 / kept as f64;
    around(trimmed_mean, t_exceeded(TAIL, kept as f64 - 1.0) * error)
}

/// Order statistics of the pairwise means, by the exact distribution of Wilcoxon's signed-rank statistic: J. L. Hodges
/// and E. L. Lehmann, "Estimates of location based on rank tests", Annals of Mathematical Statistics 34, 1963.
fn hodges_lehmann(values: &[f64]) -> Interval {
    let means = values.iter().enumerate().flat_map(|(n, a)| values[n..].iter().map(move |b| a.midpoint(*b)));
    let means = sorted(&means.collect::<Vec<_>>());
    let mut ways = vec![1.0];
    for rank in 1..=values.len() {
        let without = ways.clone();
        ways.resize(ways.len() + rank, 0.0);
        without.iter().enumerate().for_each(|(sum, count)| ways[sum + rank] += count);
    }
    between_order_statistics(&means, &ways)
}

/// Order statistics of the launches themselves, by the sign test. With five it has no 95 % interval.
fn sign(values: &[f64]) -> Interval {
    let mut ways = vec![1.0];
    for _ in values {
        let (left, right) = ([&ways[..], &[0.0]].concat(), [&[0.0], &ways[..]].concat());
        ways = std::iter::zip(left, right).map(|(left, right)| left + right).collect();
    }
    between_order_statistics(&sorted(values), &ways)
}

/// Between as many order statistics from either end as a tail of `ways` allows; everything where it allows none.
fn between_order_statistics(sorted: &[f64], ways: &[f64]) -> Interval {
    let all: f64 = ways.iter().sum();
    let cumulated = ways.iter().scan(0.0, |sum, count| {
        *sum += count / all;
        Some(*sum)
    });
    match cumulated.take_while(|share| *share <= TAIL).count() {
        0 => Interval { low: f64::NEG_INFINITY, high: f64::INFINITY },
        count => Interval { low: sorted[count - 1], high: sorted[sorted.len() - count] },
    }
}

/// Student's interval with the quantiles of the t of resamples: B. Efron, "Nonparametric standard errors and confidence
/// intervals", Canadian Journal of Statistics 9, 1981.
fn bootstrap_t(values: &[f64]) -> Interval {
    let mut random = seeded(values[0].to_bits());
    let (middle, error) = (mean(values), standard_error(values));
    let resampled = |_| {
        let again: Vec<f64> = values.iter().map(|_| values[random.random_range(0..values.len())]).collect();
        // All the same launch: as far out as can be.
        (mean(&again) - middle) / standard_error(&again).max(f64::MIN_POSITIVE)
    };
    let t = sorted(&(0..399).map(resampled).collect::<Vec<_>>());
    Interval { low: middle - t[389] * error, high: middle - t[9] * error }
}

fn around(middle: f64, half_width: f64) -> Interval {
    Interval { low: middle - half_width, high: middle + half_width }
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

fn standard_error(values: &[f64]) -> f64 {
    let (mean, count) = (mean(values), values.len() as f64);
    (values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / (count - 1.0) / count).sqrt()
}

fn sorted(values: &[f64]) -> Vec<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted
}
