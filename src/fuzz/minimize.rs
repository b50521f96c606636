//! Reduces a module on which backends disagree.
use anyhow::Result;

use super::fuzz_worker::FuzzWorker;
use crate::fuzz::result::Mismatch;
use crate::worker::supervisor::WorkerError;

/// The limit of candidates.
const ATTEMPTS: usize = 400;

/// A smaller module with the same mismatch, if one is found.
pub(crate) fn minimize(worker: &mut FuzzWorker, mismatch: &Mismatch) -> Result<Mismatch> {
    let (mut smallest, mut attempts) = (mismatch.clone(), 0);
    'smaller: loop {
        for seed in smallest.seed.smaller() {
            attempts += 1;
            if attempts > ATTEMPTS {
                return Ok(smallest);
            }
            let other = match worker.examine(&seed) {
                Err(error) if WorkerError::is_interruption(&error) => return Ok(smallest),
                other => other?,
            };
            if let Some(other) = other.filter(|other| other.is_like(mismatch)) {
                smallest = other;
                continue 'smaller;
            }
        }
        return Ok(smallest);
    }
}
