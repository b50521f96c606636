//! Stores and engines only grow: what to hold on to, and what to drop, when a host runs for long.
use std::ops::Range;
use std::process;

use anyhow::{Context, Error, Result};
use wasmer::{Engine, Function, Imports, Instance, Module, Store, TypedFunction, imports};

use super::Theme;
use crate::catalog::scenario::soak;
use crate::engine::Support::Do;
use crate::engine::embedding::{Outcome, Transcript};
use crate::engine::wasmer::Wasmer;
use crate::engine::wasmer::seam::outcome;
use crate::exit_code::ExitCode;
use crate::process_stats::resident_memory;
use crate::{guest, say};

pub(super) const CAN: Theme = &[
    (&soak::EXITS, Do(exits)),
    (&soak::INSTANCES_IN_ONE_STORE, Do(instances_in_one_store)),
    (&soak::STORE_PER_INSTANCE, Do(store_per_instance)),
    (&soak::COMPILES_ON_ONE_ENGINE, Do(compiles_on_one_engine)),
];

const KIB: i64 = 1 << 10;

fn exits(wasmer: &Wasmer, out: &Transcript) -> Result<()> {
    let engine = wasmer.engine();
    let module = Module::new(&engine, guest::wasm(guest::EARLY_EXIT))?;
    let (mut store, imports) = host(&engine);
    let run = guest(&mut store, &module, &imports)?;
    leaves_nothing(out, 100_000, |codes| Ok(codes.filter(|code| exits_with(&run, &mut store, *code)).count()))
}

fn store_per_instance(wasmer: &Wasmer, out: &Transcript) -> Result<()> {
    let engine = wasmer.engine();
    let module = Module::new(&engine, guest::wasm(guest::EARLY_EXIT))?;
    leaves_nothing(out, 10_000, |codes| {
        let mut right = 0;
        for code in codes {
            let (mut store, imports) = host(&engine);
            let run = guest(&mut store, &module, &imports)?;
            right += usize::from(exits_with(&run, &mut store, code));
        }
        Ok(right)
    })
}

fn instances_in_one_store(wasmer: &Wasmer, out: &Transcript) -> Result<()> {
    let engine = wasmer.engine();
    let module = Module::new(&engine, guest::wasm(guest::EARLY_EXIT))?;
    let fill = |instances: u32| -> Result<(Store, usize)> {
        let (mut store, imports) = host(&engine);
        let mut right = 0;
        for code in 0..instances {
            let run = guest(&mut store, &module, &imports)?;
            right += usize::from(exits_with(&run, &mut store, code));
        }
        Ok((store, right))
    };

    let before = resident()?;
    let (store, right) = fill(10_000)?;
    say!(out, "in one store: {right} exits with the code that was raised");
    match (resident()? - before) / 10_000 {
        256..8192 => say!(out, "resident memory grew by 0.25 to 8 KiB an instance"),
        each => say!(out, "resident memory grew by {each} bytes an instance"),
    }

    drop(store);
    // What the allocator got back it need not give to the system; that it is used again is what counts. It finds room
    // for most of it: three stores that stayed would be 30 MiB.
    let fill_and_drop = |stores: u32| (0..stores).try_fold(0, |right, _| Ok::<_, Error>(right + fill(10_000)?.1));
    let before = resident()?;
    let right = fill_and_drop(3)?;
    say!(out, "in three more, each dropped before the next: {right} exits with the code that was raised");
    tell_growth(out, resident()? - before, 4);
    Ok(())
}

fn compiles_on_one_engine(wasmer: &Wasmer, out: &Transcript) -> Result<()> {
    const MODULES: u32 = 1_000;
    let smallest = guest::wasm("(module (func))");
    let compile = |engine: &Engine, modules: u32| -> Result<()> {
        Ok((0..modules).try_for_each(|_| Module::new(engine, &smallest).map(drop))?)
    };
    let exit = |engine: &Engine, code: u32| -> Result<Outcome> {
        let module = Module::new(engine, guest::wasm(guest::EARLY_EXIT))?;
        let (mut store, imports) = host(engine);
        let run = guest(&mut store, &module, &imports)?;
        Ok(run.call(&mut store, code as i32, 7).map_or_else(|error| outcome(&error), |_| Outcome::Returned(vec![])))
    };
    // What a compiler allocates once, and keeps, is none of this.
    compile(&wasmer.engine(), MODULES / 20)?;

    let engine = wasmer.engine();
    say!(out, "before: {}", exit(&engine, 1)?);
    let before = resident()?;
    compile(&engine, MODULES)?;
    let grew = match (resident()? - before) / i64::from(MODULES) / KIB {
        4..64 => "by 4 to 64 KiB".into(),
        each => format!("by {each} KiB"),
    };
    say!(out, "{MODULES} modules compiled and dropped: resident memory grew {grew} a module");
    say!(out, "after: {}", exit(&engine, 2)?);

    let before = resident()?;
    drop(engine);
    match (before - resident()?) / i64::from(MODULES) / KIB {
        4.. => say!(out, "the engine dropped: 4 KiB a module came back, or more"),
        each => say!(out, "the engine dropped: {each} KiB a module came back"),
    }
    Ok(())
}

/// So many to get warm: tables that last have grown by then, and a leak has filled what compiling had left free.
const WARM: u32 = 10_000;

/// Gets warm, then goes on for long, and says by how much memory grew over that.
fn leaves_nothing(out: &Transcript, times: u32, mut exits: impl FnMut(Range<u32>) -> Result<usize>) -> Result<()> {
    exits(0..WARM)?;
    let before = resident()?;
    say!(out, "{} exits with the code that was raised", exits(0..times)?);
    // What an allocator keeps at hand. A leak of the least that can be allocated, 16 bytes, would be more after 100,000
    // exits, and one of 105 bytes after 10,000.
    tell_growth(out, resident()? - before, 1);
    Ok(())
}

fn tell_growth(out: &Transcript, grew: i64, slack_mib: i64) {
    if grew < slack_mib * KIB * KIB {
        say!(out, "resident memory grew by less than {slack_mib} MiB");
    } else {
        say!(out, "resident memory grew by {} KiB", grew / KIB);
    }
}

fn resident() -> Result<i64> {
    let bytes = resident_memory(process::id()).context("the platform does not tell how much memory a process holds")?;
    Ok(i64::try_from(bytes)?)
}

/// A store, and in it what the guest imports.
fn host(engine: &Engine) -> (Store, Imports) {
    let mut store = Store::new(engine.clone());
    let early_exit = |code: u32| -> Result<(), ExitCode> { Err(ExitCode(code)) };
    let imports = imports! { "env" => { "early_exit" => Function::new_typed(&mut store, early_exit) } };
    (store, imports)
}

type Run = TypedFunction<(i32, i32), i32>;

/// A new instance in the store.
fn guest(store: &mut Store, module: &Module, imports: &Imports) -> Result<Run> {
    Ok(Instance::new(store, module, imports)?.exports.get_typed_function(store, "run")?)
}

fn exits_with(run: &Run, store: &mut Store, code: u32) -> bool {
    let result = run.call(store, code as i32, 7);
    result.is_err_and(|error| error.downcast::<ExitCode>().is_ok_and(|came| came == ExitCode(code)))
}
