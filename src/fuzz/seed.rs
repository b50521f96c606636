//! The seed of a random module, from which every process generates the same module.
use std::iter::successors;
use std::ops::Range;

use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

/// The seed of one random module.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModuleSeed {
    /// Seed of the fuzzing run.
    pub seed: u64,
    /// Number of the module in the run.
    pub number: u64,
    /// Length of the entropy in bytes, if it is truncated.
    pub length: Option<usize>,
    /// Byte ranges of the entropy that are set to zero.
    pub zeros: Vec<Range<usize>>,
}

/// Range of the entropy's length in bytes.
const ENTROPY: Range<usize> = 128..4096;

impl ModuleSeed {
    /// The seed with all of its entropy.
    pub fn new(seed: u64, number: u64) -> Self {
        Self { seed, number, length: None, zeros: Vec::new() }
    }

    /// The random numbers for everything but the bodies: features, imports, exports and calls.
    pub(crate) fn choices(&self) -> ChaCha8Rng {
        self.stream(0)
    }

    /// The bytes from which the module is generated.
    pub fn entropy(&self) -> Vec<u8> {
        let mut rng = self.stream(1);
        let mut bytes = vec![0; rng.random_range(ENTROPY)];
        rng.fill_bytes(&mut bytes);
        bytes.truncate(self.length.unwrap_or(usize::MAX));
        for zeros in &self.zeros {
            let end = zeros.end.min(bytes.len());
            bytes[zeros.start.min(end)..end].fill(0);
        }
        bytes
    }

    fn stream(&self, stream: u64) -> ChaCha8Rng {
        let mut rng = ChaCha8Rng::seed_from_u64(self.seed);
        // Streams of one seed do not overlap.
        rng.set_stream(self.number.wrapping_mul(2).wrapping_add(stream));
        rng
    }

    /// Smaller seeds, the largest reduction first: less entropy, then more zeros in the entropy.
    pub fn smaller(&self) -> Vec<Self> {
        let length = self.entropy().len();
        let mut smaller: Vec<Self> = [2, 4, 8, 32]
            .iter()
            .filter(|part| length / *part > 0)
            .map(|part| Self { length: Some(length - length / part), ..self.clone() })
            .collect();
        for chunk in successors(Some(length / 2), |chunk| Some(chunk / 2)).take_while(|chunk| *chunk >= 8) {
            for start in (0..length).step_by(chunk) {
                let zeros = start..(start + chunk).min(length);
                if !self.zeros.iter().any(|known| known.start <= zeros.start && zeros.end <= known.end) {
                    let all = self.zeros.iter().cloned().chain([zeros]).collect();
                    smaller.push(Self { zeros: all, ..self.clone() });
                }
            }
        }
        smaller
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_and_a_number_determine_the_entropy() {
        assert_eq!(ModuleSeed::new(7, 3).entropy(), ModuleSeed::new(7, 3).entropy());
        assert_ne!(ModuleSeed::new(7, 3).entropy(), ModuleSeed::new(7, 4).entropy());
        assert_ne!(ModuleSeed::new(8, 3).entropy(), ModuleSeed::new(7, 3).entropy());
    }

    #[test]
    fn smaller_seeds_have_fewer_nonzero_bytes() {
        let seed = ModuleSeed::new(7, 3);
        let weight = |seed: &ModuleSeed| seed.entropy().iter().filter(|byte| **byte != 0).count();
        assert!(!seed.smaller().is_empty());
        for smaller in seed.smaller() {
            assert!(weight(&smaller) < weight(&seed), "{smaller:?}");
        }
    }

    #[test]
    fn invalid_ranges_of_zeros_are_ignored() {
        let zeros = vec![Range { start: 9, end: 3 }, 1 << 40..1 << 41];
        assert_eq!(ModuleSeed { zeros, ..ModuleSeed::new(7, 3) }.entropy(), ModuleSeed::new(7, 3).entropy());
    }
}
