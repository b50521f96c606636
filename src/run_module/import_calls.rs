//! The calls that a guest made to its imports.
use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use crate::engine::embedding::{Import, Instant};

/// The import calls of a guest.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportCalls {
    /// The number of all calls.
    pub made: u64,
    /// The last calls, latest last: `module.name`.
    pub last: VecDeque<String>,
}

/// The number of last calls to keep.
const KEPT: usize = 4;

/// Records a guest's import calls.
#[derive(Debug, Default)]
pub(crate) struct ImportLog {
    made: u64,
    /// Indices of imports, so that recording does not allocate.
    last: [usize; KEPT],
    /// The names of called imports, by index.
    names: Vec<Option<String>>,
    /// The number of calls that match `exit_at`.
    pub(crate) matched: u64,
    /// The time at which a stub ended the guest.
    pub(crate) raised: Option<Instant>,
}

impl ImportLog {
    pub(crate) fn note(&mut self, import: &Import) {
        if self.names.len() <= import.place {
            self.names.resize(import.place + 1, None);
        }
        self.names[import.place].get_or_insert_with(|| format!("{}.{}", import.module, import.name));
        self.last[(self.made % KEPT as u64) as usize] = import.place;
        self.made += 1;
    }

    pub(crate) fn calls(&self) -> ImportCalls {
        let places = (self.made.saturating_sub(KEPT as u64)..self.made).map(|n| self.last[(n % KEPT as u64) as usize]);
        let last = places.map(|place| self.names[place].clone().unwrap_or_default()).collect();
        ImportCalls { made: self.made, last }
    }
}
