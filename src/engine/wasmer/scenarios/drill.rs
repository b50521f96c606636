//! The drill that takes an engine's own idiom: a panic that is not caught.
use anyhow::Result;
use wasmer::Function;

use super::Theme;
use super::stage::Stage;
use crate::catalog::scenario::drill;
use crate::engine::Support::Do;
use crate::engine::embedding::Transcript;
use crate::engine::wasmer::Wasmer;
use crate::say;

pub(super) const CAN: Theme = &[(&drill::PANIC, Do(panic))];

fn panic(wasmer: &Wasmer, out: &Transcript) -> Result<()> {
    let panics = |code: u32| -> () { panic!("the host function panicked with {code}") };
    let mut stage = Stage::set(wasmer, |store| Function::new_typed(store, panics))?;
    let ended = stage.run.call(&mut stage.store, 1, 7);
    say!(out, "it came back: {ended:?}");
    Ok(())
}
