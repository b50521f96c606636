//! The scenario of a cloned error: the host's error is dropped once, with the last clone.
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

use anyhow::Result;

use crate::catalog::scenario::after;
use crate::engine::ScenarioTable;
use crate::engine::Support::Do;
use crate::engine::embedding::Transcript;
use crate::engine::wasmer::Wasmer;
use crate::engine::wasmer::suite::scenarios::after::counting;
use crate::say;

pub(super) const SCENARIOS: ScenarioTable<Wasmer> = &[(&after::PAYLOAD_OF_CLONES, Do(payload_of_clones))];

fn payload_of_clones(wasmer: &Wasmer, out: &Transcript) -> Result<()> {
    let counter = Arc::new(AtomicU32::new(0));
    let dropped = || counter.load(Relaxed);
    for (kind, fixture) in &mut counting(wasmer, &counter)? {
        counter.store(0, Relaxed);
        let error = fixture.exit(5)?;
        let clone = error.clone();
        drop(error);
        let in_a_clone = dropped();
        drop(clone);
        say!(out, "{kind}: alive in a clone, {in_a_clone} dropped; both gone, {} dropped", dropped());
    }
    Ok(())
}
