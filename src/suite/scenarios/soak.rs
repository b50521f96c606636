//! The memory of a host over many exits, instances and stores.
use std::ops::Range;
use std::process;

use anyhow::{Context, Error, Result};

use super::api::{Imports, Instance, Module, Runtime, Store, TypedFunc, downcast, imports, new_store, wrap};
use super::fixture::{Fixture, exit};
use super::{Do, Engine, ExitCode, ScenarioTable, Transcript, guest, say};
use crate::catalog::scenario::soak;
use crate::process_stats::resident_memory;

pub(crate) const SCENARIOS: ScenarioTable<Engine> = &[
    (&soak::EXITS, Do(exits)),
    (&soak::INSTANCES_IN_ONE_STORE, Do(instances_in_one_store)),
    (&soak::STORE_PER_INSTANCE, Do(store_per_instance)),
];

pub(crate) const KIB: i64 = 1 << 10;

fn exits(engine: &Engine, out: &Transcript) -> Result<()> {
    let Fixture { mut store, run, .. } = Fixture::new(engine, (), |store| wrap(store, exit))?;
    leaves_nothing(out, 100_000, |codes| Ok(codes.filter(|code| exits_with(&run, &mut store, *code)).count()))
}

fn store_per_instance(engine: &Engine, out: &Transcript) -> Result<()> {
    let runtime = engine.runtime();
    let module = Module::new(&runtime, guest::wasm(guest::EARLY_EXIT))?;
    leaves_nothing(out, 10_000, |codes| {
        let mut right = 0;
        for code in codes {
            let mut guest = Fixture::of_module(&runtime, &module, "run", (), |store| wrap(store, exit))?;
            right += usize::from(exits_with(&guest.run, &mut guest.store, code));
        }
        Ok(right)
    })
}

fn instances_in_one_store(engine: &Engine, out: &Transcript) -> Result<()> {
    let runtime = engine.runtime();
    let module = Module::new(&runtime, guest::wasm(guest::EARLY_EXIT))?;
    let fill = |instances: u32| -> Result<(Store<()>, usize)> {
        let (mut store, imports) = host_of(&runtime);
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
    // An allocator need not return freed memory to the system, so the test is that most of the memory is used again. Three
    // leaked stores would be 30 MiB.
    let fill_and_drop = |stores: u32| (0..stores).try_fold(0, |right, _| Ok::<_, Error>(right + fill(10_000)?.1));
    let before = resident()?;
    let right = fill_and_drop(3)?;
    say!(out, "in three more, each dropped before the next: {right} exits with the code that was raised");
    report_growth(out, resident()? - before, 4);
    Ok(())
}

/// The number of warmup exits. Afterwards persistent tables have grown, and a leak has filled the memory that compiling freed.
const WARM: u32 = 10_000;

/// Warms up, makes `times` exits, and reports the growth of resident memory over these.
fn leaves_nothing(out: &Transcript, times: u32, mut exits: impl FnMut(Range<u32>) -> Result<usize>) -> Result<()> {
    exits(0..WARM)?;
    let before = resident()?;
    say!(out, "{} exits with the code that was raised", exits(0..times)?);
    // The slack is for free memory of the allocator. A leak of 16 bytes, the smallest allocation, exceeds it after 100,000
    // exits, and a leak of 105 bytes after 10,000.
    report_growth(out, resident()? - before, 1);
    Ok(())
}

fn report_growth(out: &Transcript, grew: i64, slack_mib: i64) {
    if grew < slack_mib * KIB * KIB {
        say!(out, "resident memory grew by less than {slack_mib} MiB");
    } else {
        say!(out, "resident memory grew by {} KiB", grew / KIB);
    }
}

pub(crate) fn resident() -> Result<i64> {
    let bytes = resident_memory(process::id()).context("the platform does not tell how much memory a process holds")?;
    Ok(i64::try_from(bytes)?)
}

/// A store with the guest's imports.
pub(crate) fn host_of(runtime: &Runtime) -> (Store<()>, Imports) {
    let mut store = new_store(runtime, ());
    let imports = imports! { "env" => { "early_exit" => wrap(&mut store, exit) } };
    (store, imports)
}

/// The export `run` of a new instance in the store.
pub(crate) fn guest(store: &mut Store<()>, module: &Module, imports: &Imports) -> Result<TypedFunc<(i32, i32), i32>> {
    Ok(Instance::new(&mut *store, module, imports)?.get_typed_func(store, "run")?)
}

fn exits_with(run: &TypedFunc<(i32, i32), i32>, store: &mut Store<()>, code: u32) -> bool {
    let result = run.call(store, (code as i32, 7));
    result.is_err_and(|error| downcast::<ExitCode>(error).is_ok_and(|observed| observed == ExitCode(code)))
}
