//! Property tests of the whole module with arbitrary input: no function panics, and every result is finite.

use proptest::{collection::vec, num::f64::ANY, prelude::*};

use super::*;

/// Mostly plausible times, some extreme times, and a few invalid numbers.
fn times() -> impl Strategy<Value = Vec<f64>> {
    let extreme = prop_oneof![0.0..1e-300, 1e300..f64::MAX, 1.0..1e9];
    prop_oneof![16 => vec(1.0..1e9, 0..8), 3 => vec(extreme, 0..8), 1 => vec(ANY, 0..8)]
}

fn confidence_levels() -> impl Strategy<Value = Confidence> {
    prop_oneof![0.0..1.0, Just(1e-300), Just(1.0 - f64::EPSILON / 2.0)].prop_filter_map("excluded", Confidence::new)
}

fn all_finite(estimate: &Estimate, confidence: Confidence) -> bool {
    let interval = estimate.interval(confidence);
    let exp = interval.and_then(Interval::exp);
    let ends = [interval, exp].into_iter().flatten().flat_map(|interval| [interval.low, interval.high]);
    let rest = [estimate.standard_error(), estimate.p_above(0.0), estimate.p_below(0.0)].into_iter().flatten();
    ends.chain(rest).chain([estimate.value()]).all(f64::is_finite)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn descriptions_are_finite_for_any_samples(samples in vec(ANY, 0..8)) {
        prop_assert!(scaled_mad(&samples).into_iter().chain(median(&samples)).all(f64::is_finite));
        prop_assert!(benjamini_hochberg(&samples).into_iter().all(|p| (0.0..=1.0).contains(&p)));
        is_warm(&samples);
    }

    #[test]
    fn estimates_are_finite_for_any_launches(launches in vec(times(), 0..12), tolerance in ANY, confidence in confidence_levels(), cells in any::<usize>()) {
        let numbers: Vec<f64> = launches.iter().flatten().copied().collect();
        let pairs = launches.iter().map(|a| log_ratios(a, &numbers[..a.len()])).collect::<Option<Vec<_>>>();
        let all = [Estimate::over_launches(&numbers, tolerance), typical_time(&launches), pairs.and_then(|l| typical_ratio(&l))];
        for estimate in all.into_iter().flatten() {
            prop_assert!(all_finite(&estimate, confidence), "{:?}", estimate);
            let margin = Margin::new(tolerance).unwrap_or(Margin::TWO_PERCENT);
            judge(std::slice::from_ref(&estimate), margin, confidence);
            let resolvable = smallest_resolvable(&estimate, cells, margin, confidence, confidence);
            prop_assert!(resolvable.is_none_or(f64::is_finite), "{:?}", resolvable);
        }
    }

    #[test]
    fn lines_and_breakdowns_are_finite_for_any_launches(
        parameters in vec(prop_oneof![4 => 0.0..100.0, 1 => ANY], 3..5), launches in vec(times(), 0..9),
        confidence in confidence_levels(),
    ) {
        let equal: Vec<&[f64]> = launches.iter().filter_map(|times| times.get(..parameters.len())).collect();
        prop_assert!(equal.iter().filter_map(|times| slope(&parameters, times)).all(f64::is_finite));
        if let Some((total, parts)) = equal.split_first()
            && let Some(Breakdown { total, parts, rest }) = breakdown(total, parts)
        {
            prop_assert!(parts.iter().chain([&total, &rest]).all(|e| all_finite(e, confidence)));
        }
    }

    #[test]
    fn bounds_of_proportions_lie_between_0_and_1(hits in any::<u32>(), trials in any::<u32>(), confidence in confidence_levels()) {
        if let Some(proportion) = Proportion::new(hits, trials) {
            let bounds = [proportion.at_least(confidence), proportion.at_most(confidence)];
            prop_assert!(bounds.iter().all(|bound| (0.0..=1.0).contains(bound)), "{:?}", bounds);
        }
    }
}
