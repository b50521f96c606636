//! Axes with logarithmic scales.
use crate::units;

/// The unit of an axis.
#[derive(Clone, Copy)]
pub(crate) enum Unit {
    /// Nanoseconds.
    Time,
    Bytes,
    Count,
}

impl Unit {
    /// Formats a number with few digits.
    pub(crate) fn shown(self, value: f64) -> String {
        match self {
            Self::Time => units::nanoseconds(value, 2),
            // Decimal units, because ticks are powers of ten.
            Self::Bytes => units::decimal_bytes(value),
            Self::Count if value >= 1e9 => format!("{}G", value / 1e9),
            Self::Count if value >= 1e6 => format!("{}M", value / 1e6),
            Self::Count if value >= 1e4 => format!("{}k", value / 1e3),
            Self::Count => units::count(value as u64),
        }
    }
}

/// A logarithmic scale from values to positions between 0 and 1. 0 has a position before the first positive value.
pub(crate) struct Scale {
    low: f64,
    high: f64,
    /// The share of the axis reserved for 0, if 0 is among the values.
    zero: f64,
}

impl Scale {
    /// A scale over the values, extended to round numbers if `round`.
    pub(crate) fn over(values: impl Iterator<Item = f64> + Clone, round: bool) -> Self {
        let positive = values.clone().filter(|value| *value > 0.0 && value.is_finite());
        let least = positive.clone().fold(f64::INFINITY, f64::min);
        let most = positive.fold(0.0, f64::max);
        let (least, most) = if least > most { (1.0, 10.0) } else { (least, most) };
        let (low, high) = if round { (step(least, false), step(most, true)) } else { (least, most) };
        let high = if high > low { high } else { low * 10.0 };
        let zero = if values.clone().any(|value| value == 0.0) { 0.18 } else { 0.0 };
        Self { low: low.ln(), high: high.ln(), zero }
    }

    /// The position of a value, clamped to the axis.
    pub(crate) fn place(&self, value: f64) -> f64 {
        if value <= 0.0 {
            return 0.0;
        }
        let share = ((value.ln() - self.low) / (self.high - self.low)).clamp(0.0, 1.0);
        self.zero + share * (1.0 - self.zero)
    }

    /// At most 20 ticks at round numbers.
    pub(crate) fn ticks(&self) -> Vec<f64> {
        let decades = (self.high - self.low) / std::f64::consts::LN_10;
        let steps: &[f64] = match decades {
            ..0.75 => &[1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 7.0],
            ..1.3 => &[1.0, 2.0, 5.0],
            ..2.3 => &[1.0, 3.0],
            _ => &[1.0],
        };
        let every = (decades / 6.0).ceil().max(1.0) as i32;
        let decade = |end: f64| end / std::f64::consts::LN_10;
        let (first, last) = (decade(self.low).floor() as i32, decade(self.high).ceil() as i32);
        let all = (first..=last).filter(|decade| decade % every == 0);
        let all = all.flat_map(|decade| steps.iter().map(move |step| step * 10f64.powi(decade)));
        all.filter(|tick| (self.low - 1e-9..=self.high + 1e-9).contains(&tick.ln())).collect()
    }
}

/// The next number of the series 1, 2, 5, 10, 20, … that is not below (`up`) or not above the value.
fn step(value: f64, up: bool) -> f64 {
    let decade = 10f64.powi(value.log10().floor() as i32);
    let steps = [1.0, 2.0, 5.0, 10.0].map(|step| step * decade);
    let fits = |step: &&f64| if up { **step >= value * (1.0 - 1e-12) } else { **step <= value * (1.0 + 1e-12) };
    let found = if up { steps.iter().find(fits) } else { steps.iter().rev().find(fits) };
    found.copied().filter(|step| step.is_finite() && *step > 0.0).unwrap_or(value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::{collection::vec, prelude::*};

    #[test]
    fn a_rounded_scale_ends_at_round_numbers() {
        let scale = Scale::over([5_258.0, 16_000.0].into_iter(), true);
        assert_eq!(scale.ticks(), [5e3, 7e3, 1e4, 1.5e4, 2e4]);
        assert_eq!((scale.place(5e3), scale.place(2e4)), (0.0, 1.0));
        assert!((scale.place(1e4) - 0.5).abs() < 1e-12);
    }

    #[test]
    fn zero_is_placed_before_positive_values() {
        let scale = Scale::over([0.0, 1.0, 16.0].into_iter(), false);
        assert_eq!(scale.place(0.0), 0.0);
        assert!(scale.place(1.0) > 0.1 && scale.place(16.0) == 1.0);
    }

    proptest! {
        #[test]
        fn any_values_are_on_the_axis_and_have_at_most_20_ticks(values in vec(prop_oneof![1e-3..1e12f64, Just(0.0), 1e300..f64::MAX, 0.0..1e-300], 0..9)) {
            let scale = Scale::over(values.iter().copied(), true);
            let positions: Vec<f64> = values.iter().map(|value| scale.place(*value)).collect();
            prop_assert!(positions.iter().all(|position| (0.0..=1.0).contains(position)), "{:?}", positions);
            prop_assert!(scale.ticks().len() <= 20, "{:?}", scale.ticks());
        }

        #[test]
        fn larger_values_have_larger_positions(a in 1.0..1e9f64, b in 1.0..1e9f64) {
            let scale = Scale::over([a, b].into_iter(), true);
            prop_assert!((a <= b) == (scale.place(a) <= scale.place(b)));
        }
    }
}
