use anyhow::Result;

use super::lane::Lane;
use crate::record::Apart;

/// How many smaller modules are looked at, at most.
const ATTEMPTS: usize = 400;

/// A smaller module that parts the subjects in the same way, as far as one is found.
pub(super) fn shrunk(lane: &mut Lane, apart: &Apart) -> Result<Apart> {
    let (mut smallest, mut attempts) = (apart.clone(), 0);
    'smaller: loop {
        for dna in smallest.dna.smaller() {
            attempts += 1;
            if attempts > ATTEMPTS {
                return Ok(smallest);
            }
            if let Some(other) = lane.look_at(&dna)?.filter(|other| other.is_like(apart)) {
                smallest = other;
                continue 'smaller;
            }
        }
        return Ok(smallest);
    }
}
