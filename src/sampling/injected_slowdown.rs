//! An injected slowdown of a cell, to test whether it is detected: which cells get one in `measure --calibrate`, of which size.
use std::collections::BTreeSet;
use std::time::Duration;

use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use crate::catalog::benchmark::{CellId, execute};
use crate::sampling::batch::BatchSpec;

/// A slowdown by real work of the cell inside the timer.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub enum InjectedSlowdown {
    /// No slowdown.
    #[default]
    None,
    /// More iterations than are counted, by this share.
    Iterations(f64),
    /// More work per iteration: a larger parameter, by this share.
    Work(f64),
}

/// The injected slowdowns, as a share of a cell's time.
const SLOWDOWNS: [f64; 4] = [0.01, 0.02, 0.03, 0.05];
/// The share of cells with an injected slowdown: few, as after a real upgrade.
const SLOWED_SHARE: f64 = 0.2;
/// The limit of a slice with enough iterations for a small share of them.
const MAX_SLICE: Duration = Duration::from_millis(2);
/// The approximate length of a batch of such slices.
const BATCH: Duration = Duration::from_micros(500);

impl InjectedSlowdown {
    /// Mostly none, now and then one of `SLOWDOWNS`.
    pub fn random(cell_id: &CellId, random: &mut ChaCha8Rng) -> Self {
        if !random.random_bool(SLOWED_SHARE) {
            return Self::None;
        }
        let share = SLOWDOWNS[random.random_range(0..SLOWDOWNS.len())];
        if cell_id.benchmark == execute::HASH.id { Self::Work(share) } else { Self::Iterations(share) }
    }

    /// The share of the cell's time to add.
    pub fn share(self) -> f64 {
        match self {
            Self::None => 0.0,
            Self::Iterations(share) | Self::Work(share) => share,
        }
    }

    /// The cell to prepare instead.
    pub(crate) fn on(self, cell_id: &CellId) -> CellId {
        match (self, cell_id.at) {
            (Self::Work(share), Some(at)) => {
                CellId { at: Some((at as f64 * (1.0 + share)).round() as u64), ..cell_id.clone() }
            }
            _ => cell_id.clone(),
        }
    }

    /// The batch for all variants of a cell, with slices of equal size. `None` if a slice would take too long for the injected
    /// slowdown.
    pub(crate) fn batch_for_all(all: &[Self], batch_spec: BatchSpec, one: Duration) -> Option<BatchSpec> {
        // The smallest number of iterations with a whole number of extra ones.
        let unit = |slowdown: &Self| match slowdown {
            Self::Iterations(share) if *share > 0.0 => Some((1.0 / share).round() as u64),
            _ => None,
        };
        let units: BTreeSet<u64> = all.iter().filter_map(unit).filter(|unit| *unit > 1).collect();
        let Some(&first) = units.first() else { return Some(batch_spec) };
        // Several slowdowns are whole percents of a hundred.
        let unit = if units.len() > 1 { 100 } else { first };
        let iterations = batch_spec.iterations.div_ceil(unit) * unit;
        let slice = one * u32::try_from(iterations).ok()?;
        let slices = (BATCH.as_nanos() / slice.as_nanos().max(1)).clamp(1, u128::from(batch_spec.slices));
        (slice <= MAX_SLICE).then_some(BatchSpec { iterations, slices: slices as u32, ..batch_spec })
    }

    /// The number of iterations to run.
    pub(crate) fn iterations(self, counted: u64) -> u64 {
        match self {
            Self::Iterations(share) => counted + (counted as f64 * share).round() as u64,
            Self::None | Self::Work(_) => counted,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slowdown_by_work_increases_the_parameter() {
        let cell_id = CellId { benchmark: "execute/chain".into(), at: Some(10_000), host_frames: 1 };
        assert_eq!(InjectedSlowdown::Work(0.02).on(&cell_id).at, Some(10_200));
        assert_eq!(InjectedSlowdown::Iterations(0.02).on(&cell_id), cell_id);
        assert_eq!((InjectedSlowdown::Work(0.02).iterations(100), InjectedSlowdown::None.share()), (100, 0.0));
    }

    #[test]
    fn slices_of_a_cell_have_whole_extra_iterations_for_every_variant() {
        let batch_for_all = |shares: &[f64], iterations, one_ns| {
            let shares: Vec<_> = shares.iter().map(|share| InjectedSlowdown::Iterations(*share)).collect();
            let batch_spec = BatchSpec { slices: 5, ..BatchSpec::of(iterations, true) };
            let batch_spec = InjectedSlowdown::batch_for_all(&shares, batch_spec, Duration::from_nanos(one_ns))?;
            let extra = |slowdown: InjectedSlowdown| slowdown.iterations(batch_spec.iterations) - batch_spec.iterations;
            let extra: Vec<_> = shares.into_iter().map(extra).collect();
            Some((batch_spec.iterations, batch_spec.slices, extra))
        };
        assert_eq!(batch_for_all(&[0.0, 0.05], 4, 6_000), Some((20, 4, vec![0, 1])));
        assert_eq!(batch_for_all(&[0.03, 0.0], 1_000, 25), Some((1_023, 5, vec![31, 0])));
        assert_eq!(batch_for_all(&[0.02, 0.05], 1_230, 20), Some((1_300, 5, vec![26, 65])));
        assert_eq!(batch_for_all(&[0.01], 1, 10_000), Some((100, 1, vec![1])));
        assert_eq!(batch_for_all(&[0.01], 1, 50_000), None, "slices of five milliseconds are too long");
        assert_eq!(batch_for_all(&[0.0], 1, 50_000), Some((1, 5, vec![0])));
    }
}
