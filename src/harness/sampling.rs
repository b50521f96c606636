//! Cells in workers: prepared once, sampled batch by batch.
use std::time::Duration;

use anyhow::{Result, bail};

use super::protocol::{Answer, Ask};
use super::supervisor::{Limits, Worker};
use crate::benchmark::Address;

/// A cell that a worker holds ready.
pub struct Cell {
    number: usize,
    /// What is known of it without timing: name and number.
    pub facts: Vec<(String, f64)>,
}

/// How long a question about a cell may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// Prepares a cell in a worker.
///
/// # Errors
/// When the backend cannot, or the worker was lost over it.
pub fn prepare(worker: &mut Worker, address: &Address) -> Result<Cell> {
    let ask = Ask::Prepare { address: address.clone() };
    match worker.ask(&ask, &Limits::of(PATIENCE), |_| ())? {
        Answer::Prepared { cell, facts } => Ok(Cell { number: cell, facts }),
        Answer::Unable { why, .. } => bail!("{address}: {why}"),
        other => bail!("{address}: not an answer to this: {other:?}"),
    }
}

impl Cell {
    /// Runs one batch, and tells what it took in all.
    ///
    /// # Errors
    /// When an iteration did not end as it must, or the worker was lost.
    pub fn sample(&self, worker: &mut Worker, iterations: u64) -> Result<Duration> {
        let ask = Ask::Sample { cell: self.number, iterations };
        match worker.ask(&ask, &Limits::of(PATIENCE), |_| ())? {
            Answer::Sampled { nanoseconds } => Ok(Duration::from_nanos(nanoseconds)),
            Answer::Unable { why, .. } => bail!("{why}"),
            other => bail!("not an answer to this: {other:?}"),
        }
    }

    /// What is known under a name.
    pub fn fact(&self, name: &str) -> Option<f64> {
        self.facts.iter().find(|(known, _)| known == name).map(|(_, value)| *value)
    }
}
