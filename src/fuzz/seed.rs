//! The seed from which a module is generated again.
use std::ops::Range;

use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

/// What a random module is made of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModuleSeed {
    /// The seed of a run.
    pub seed: u64,
    /// Which of its modules.
    pub number: u64,
    /// So many bytes of its entropy, where not all are used.
    pub length: Option<usize>,
    /// Bytes of its entropy that are zeros.
    pub zeros: Vec<Range<usize>>,
}

/// As much entropy as a module has at least and at most, in bytes.
const ENTROPY: Range<usize> = 128..4096;

impl ModuleSeed {
    /// The whole DNA of a module.
    pub fn new(seed: u64, number: u64) -> Self {
        Self { seed, number, length: None, zeros: Vec::new() }
    }

    /// What decides on everything but the bodies: the features in use, what is imported and exported, the calls.
    pub(crate) fn choices(&self) -> ChaCha8Rng {
        self.stream(0)
    }

    /// What the module is drawn from.
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
        // Streams of one seed never meet.
        rng.set_stream(self.number.wrapping_mul(2).wrapping_add(stream));
        rng
    }

    /// Smaller ones, the boldest first: less entropy, then more zeros in it.
    pub fn smaller(&self) -> Vec<Self> {
        let length = self.entropy().len();
        let mut smaller: Vec<Self> = [2, 4, 8, 32]
            .iter()
            .filter(|part| length / *part > 0)
            .map(|part| Self { length: Some(length - length / part), ..self.clone() })
            .collect();
        let mut chunk = (length / 2).max(1);
        while chunk >= 8 {
            for start in (0..length).step_by(chunk) {
                let zeros = start..(start + chunk).min(length);
                if !self.zeros.iter().any(|known| known.start <= zeros.start && zeros.end <= known.end) {
                    let all = self.zeros.iter().cloned().chain([zeros]).collect();
                    smaller.push(Self { zeros: all, ..self.clone() });
                }
            }
            chunk /= 2;
        }
        smaller
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_all_there_is_to_a_module() {
        assert_eq!(ModuleSeed::new(7, 3).entropy(), ModuleSeed::new(7, 3).entropy());
        assert_ne!(ModuleSeed::new(7, 3).entropy(), ModuleSeed::new(7, 4).entropy());
        assert_ne!(ModuleSeed::new(8, 3).entropy(), ModuleSeed::new(7, 3).entropy());
    }

    #[test]
    fn smaller_ones_are_smaller() {
        let whole = ModuleSeed::new(7, 3);
        let weight = |dna: &ModuleSeed| dna.entropy().iter().filter(|byte| **byte != 0).count();
        assert!(!whole.smaller().is_empty());
        for smaller in whole.smaller() {
            assert!(weight(&smaller) < weight(&whole), "{smaller:?}");
        }
    }

    #[test]
    fn what_travels_may_name_ranges_that_are_none() {
        let zeros = vec![Range { start: 9, end: 3 }, 1 << 40..1 << 41];
        assert_eq!(ModuleSeed { zeros, ..ModuleSeed::new(7, 3) }.entropy(), ModuleSeed::new(7, 3).entropy());
    }
}
