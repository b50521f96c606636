//! The scenario of an engine's memory: the engine keeps some memory per compiled module until it is dropped.
use anyhow::Result;

use crate::catalog::scenario::soak;
use crate::engine::ScenarioTable;
use crate::engine::Support::Do;
use crate::engine::embedding::{Outcome, Transcript};
use crate::engine::wasmer::Wasmer;
use crate::engine::wasmer::api::{Module, Runtime, outcome};
use crate::engine::wasmer::suite::scenarios::soak::{KIB, guest, host_of, resident};
use crate::{guest, say};

pub(super) const SCENARIOS: ScenarioTable<Wasmer> = &[(&soak::COMPILES_ON_ONE_ENGINE, Do(compiles_on_one_engine))];

fn compiles_on_one_engine(wasmer: &Wasmer, out: &Transcript) -> Result<()> {
    const MODULES: u32 = 1_000;
    let smallest = guest::wasm("(module (func))");
    let compile = |runtime: &Runtime, modules: u32| -> Result<()> {
        Ok((0..modules).try_for_each(|_| Module::new(runtime, &smallest).map(drop))?)
    };
    let exit = |runtime: &Runtime, code: u32| -> Result<Outcome> {
        let module = Module::new(runtime, guest::wasm(guest::EARLY_EXIT))?;
        let (mut store, imports) = host_of(runtime);
        let run = guest(&mut store, &module, &imports)?;
        Ok(run.call(&mut store, (code as i32, 7)).map_or_else(|error| outcome(&error), |_| Outcome::Returned(vec![])))
    };
    // Excludes the memory that the compiler allocates once and keeps.
    compile(&wasmer.runtime(), MODULES / 20)?;

    let runtime = wasmer.runtime();
    say!(out, "before: {}", exit(&runtime, 1)?);
    let before = resident()?;
    compile(&runtime, MODULES)?;
    let grew = match (resident()? - before) / i64::from(MODULES) / KIB {
        4..64 => "by 4 to 64 KiB".into(),
        each => format!("by {each} KiB"),
    };
    say!(out, "{MODULES} modules compiled and dropped: resident memory grew {grew} a module");
    say!(out, "after: {}", exit(&runtime, 2)?);

    let before = resident()?;
    drop(runtime);
    match (before - resident()?) / i64::from(MODULES) / KIB {
        4.. => say!(out, "the engine dropped: 4 KiB a module came back, or more"),
        each => say!(out, "the engine dropped: {each} KiB a module came back"),
    }
    Ok(())
}
