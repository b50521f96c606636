//! The smallest difference that a run can detect.
use statrs::distribution::{ContinuousCDF, Normal};

use super::interval::t_exceeded;
use super::{Confidence, Estimate, Margin};

/// The smallest difference that a run can detect, as a log ratio: [`judge`](super::judge) calls a true difference of
/// this size faster or slower with probability `power`, among `cells` cells.
///
/// `cell` is the cell in question, or the run's A/A control as a representative of its cells. Only its standard error s
/// and its degrees of freedom f are used, not its value; s is taken as exact. With t the value that Student's t exceeds
/// with probability `(1 - confidence) / 2 / cells` (the strictest level of the correction, so the result is an upper
/// bound if several cells differ) and z the normal quantile of `power`:
///
/// > margin + s (t (1 - 1/(4 f)) + z √(1 + t² / (2 f)))
///
/// The formula inverts the approximation of noncentral t in M. Abramowitz and I. A. Stegun, "Handbook of Mathematical
/// Functions", 1964, 26.7.10. The simpler t + t' (H. S. Bloom, "Minimum detectable effects", Evaluation Review 19,
/// 1995) is half a standard error too small at ten launches and fifty cells.
///
/// `None` if the cell has no interval or is [`Inconclusive`](super::Inconclusive), since `judge` calls no difference of
/// such a cell, and if there are no cells.
pub fn smallest_resolvable(
    cell: &Estimate,
    cells: usize,
    margin: Margin,
    confidence: Confidence,
    power: Confidence,
) -> Option<f64> {
    if cells == 0 || cell.inconclusive().is_some() {
        return None;
    }
    let (error, freedom) = (cell.standard_error()?, cell.freedom()?);
    let t = t_exceeded(confidence.error() / 2.0 / cells as f64, freedom);
    let z = Normal::standard().inverse_cdf(power.value());
    let difference = t * (1.0 - 0.25 / freedom) + z * (1.0 + t * t / (2.0 * freedom)).sqrt();
    // For a power near 0, the approximation can be negative.
    Some(margin.log() + error * difference.max(0.0)).filter(|difference| difference.is_finite())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statistics::typical_ratio;

    fn resolvable(launches: &[f64], cells: usize, margin: f64, power: f64) -> Option<f64> {
        let control = typical_ratio(&launches.iter().map(|ratio| [*ratio]).collect::<Vec<_>>()).unwrap();
        let (margin, power) = (Margin::new(margin).unwrap(), Confidence::new(power).unwrap());
        smallest_resolvable(&control, cells, margin, Confidence::NINETY_FIVE, power)
    }

    const LAUNCHES: [f64; 8] = [0.01, -0.01, 0.01, -0.01, 0.01, -0.01, 0.01, -0.01];

    #[test]
    fn the_detectable_difference_grows_with_margin_cells_and_power() {
        let least = resolvable(&LAUNCHES, 1, 0.0, 0.5).unwrap();
        assert!((resolvable(&LAUNCHES, 1, 0.02, 0.5).unwrap() - least - 1.02_f64.ln()).abs() < 1e-12);
        assert!(resolvable(&LAUNCHES, 50, 0.0, 0.5).unwrap() > 1.5 * least);
        assert!(resolvable(&LAUNCHES, 1, 0.0, 0.9).unwrap() > 1.3 * least);
        // By hand: s = 0.01/√7, t of 7 degrees of freedom 2.364 624, z = 0.
        assert!((least - 0.01 / 7.0_f64.sqrt() * 2.364_624 * (1.0 - 1.0 / 28.0)).abs() < 1e-7, "{least}");
    }

    #[test]
    fn inconclusive_cells_detect_no_difference() {
        assert_eq!(resolvable(&LAUNCHES[..5], 1, 0.0, 0.9), None);
        assert_eq!(resolvable(&LAUNCHES[..2], 1, 0.0, 0.9), None);
        assert_eq!(resolvable(&LAUNCHES, 0, 0.0, 0.9), None);
        assert_eq!(resolvable(&[0.0; 10], 1, 0.0, 0.9), Some(0.0));
    }
}
