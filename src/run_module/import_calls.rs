//! The calls that a guest made to its imports.
use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use crate::engine::embedding::{Import, Instant};

/// The calls of imports that a guest made.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportCalls {
    /// How many in all.
    pub made: u64,
    /// The last of them, the latest at the end: `module.name`.
    pub last: VecDeque<String>,
}

/// How many of the last are kept.
const KEPT: usize = 4;

/// The calls while they are made.
#[derive(Debug, Default)]
pub(crate) struct ImportLog {
    made: u64,
    /// By the import's place, so that noting a call takes no memory.
    last: [usize; KEPT],
    /// The names by place, as far as they were met.
    names: Vec<Option<String>>,
    /// How often what `exit_at` names was called.
    pub(crate) matched: u64,
    /// When a stub ended the guest.
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
