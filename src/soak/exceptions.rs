//! A soak of exceptions: thrown by a guest and by its host, and caught, for as long as is asked.
use std::time::{Duration, Instant};

use anyhow::Result;

use crate::engine::embedding::{Embedding, Instance, Outcome, Value};
use crate::guest;
use crate::soak::workload::{ExitCounts, exits_with, is};

/// So many exceptions of each kind per turn.
const TURN: i32 = 50;
/// So many exceptions are thrown in all: an engine that frees none of them stays within the memory of its worker.
const MOST: u64 = 1_000_000;
/// So many are thrown in a store of an engine with a garbage collector. Wasmtime is built here with its null collector,
/// which frees what a guest allocates only with the store.
const PER_STORE: u64 = 50_000;

/// What a soak of exceptions holds while it lasts.
pub struct ExceptionSoak {
    catching: Box<dyn Instance>,
    /// Thrown in the present store.
    thrown: u64,
    counts: ExitCounts,
}

impl ExceptionSoak {
    /// Gets the guest ready.
    ///
    /// # Errors
    /// When it cannot be compiled or instantiated.
    pub fn new(engine: &dyn Embedding) -> Result<Self> {
        Ok(Self { catching: catching(engine)?, thrown: 0, counts: ExitCounts::default() })
    }

    /// Goes on for that long, or until enough are thrown, and says how many that were since the beginning. A `collector`
    /// gets a new store now and then.
    ///
    /// # Errors
    /// When an exception or an exit went astray.
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

fn catching(engine: &dyn Embedding) -> Result<Box<dyn Instance>> {
    engine.instantiate_thrower(&guest::wasm(guest::EXCEPTIONS))
}
