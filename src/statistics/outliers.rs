//! The launches that an estimate leaves out.
use super::{median, scaled_mad};

/// The tolerance of outliers: 5 % of the value. A process can be off by much more for its lifetime, because of its memory
/// layout alone.
pub(super) const TOLERANCE: f64 = 0.05;
/// The limit for outliers in [`scaled_mad`]s, i.e. in standard deviations if normal.
const MAX_MADS: f64 = 5.0;

/// The values that are further from the median than `tolerance` and than [`MAX_MADS`]. `None` if there are no values, or
/// a value or the range is not finite.
pub(crate) fn outlying(values: &[f64], tolerance: f64) -> Option<Vec<usize>> {
    let middle = median(values)?;
    let furthest = tolerance.max(MAX_MADS * scaled_mad(values)?);
    Some((0..values.len()).filter(|&launch| (values[launch] - middle).abs() > furthest).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_launch_is_outlying_beyond_five_per_cent_and_five_scaled_mads() {
        // The MAD is 0.02, scaled 0.029 65, so the threshold is 0.148 26 from the median of 0.
        let scattered = [-0.03, -0.02, -0.02, -0.01, 0.0, 0.01, 0.02, 0.02, 0.03];
        let with = |off: f64| outlying(&[&scattered[..], &[off, -off]].concat(), 0.05).unwrap().len();
        assert_eq!((with(0.148), with(0.149)), (0, 2));
        // Where launches agree better than that, the tolerance decides.
        let close = |off: f64| outlying(&[&[0.0; 8][..], &[off]].concat(), 0.05).unwrap().len();
        assert_eq!((close(0.0499), close(0.0501)), (0, 1));
    }
}
