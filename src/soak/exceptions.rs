//! A soak of exceptions that a guest or its host throws and the guest catches.
use std::time::{Duration, Instant};

use anyhow::Result;

use crate::engine::embedding::{Embedding, ModuleInstance, Outcome, Value};
use crate::guest;
use crate::soak::workload::{ExitCounts, exits_with, is};

/// Exceptions of each kind per turn.
const TURN: i32 = 50;
/// The limit of exceptions: an engine that frees none of them stays within the memory limit.
const MOST: u64 = 1_000_000;
/// The limit per store with garbage collection: Wasmtime's null collector frees memory with the store only.
const PER_STORE: u64 = 50_000;

/// The state of the soak.
pub struct ExceptionSoak {
    catching: Box<dyn ModuleInstance>,
    /// Exceptions thrown in the current store.
    thrown: u64,
    counts: ExitCounts,
}

impl ExceptionSoak {
    /// Prepares the guest.
    ///
    /// # Errors
    /// When it cannot be compiled or instantiated.
    pub fn new(engine: &dyn Embedding) -> Result<Self> {
        Ok(Self { catching: catching(engine)?, thrown: 0, counts: ExitCounts::default() })
    }

    /// Continues for a time or until the limit, and returns the counts since the start. With a `collector`, the store is replaced
    /// at intervals.
    ///
    /// # Errors
    /// When an exception or an exit gives a wrong result.
    pub fn go_on(&mut self, engine: &dyn Embedding, collector: bool, time: Duration) -> Result<ExitCounts> {
        let until = Instant::now() + time;
        while Instant::now() < until && self.counts.exceptions < MOST {
            if collector && self.thrown >= PER_STORE {
                (self.catching, self.thrown) = (catching(engine)?, 0);
            }
            self.turn()?;
        }
        Ok(self.counts)
    }

    fn turn(&mut self) -> Result<()> {
        for payload in 1..=TURN {
            let mut call = |export| self.catching.call(export, &[Value::I32(payload)]);
            is(call("throw_and_catch_all"), &Outcome::Returned(vec![Value::I32(-1)]))?;
            is(call("host_throws"), &Outcome::Returned(vec![Value::I32(payload)]))?;
            is(call("host_throws_catch_all"), &Outcome::Returned(vec![Value::I32(-1)]))?;
        }
        exits_with(&mut *self.catching, 5)?;
        let thrown = 3 * u64::from(TURN.unsigned_abs());
        self.thrown += thrown;
        self.counts.exceptions += thrown;
        self.counts.exits += 1;
        Ok(())
    }
}

fn catching(engine: &dyn Embedding) -> Result<Box<dyn ModuleInstance>> {
    engine.instantiate_thrower(&guest::wasm(guest::EXCEPTIONS))
}
