//! What a long-running host holds on to.
use std::ops::Range;
use std::process;

use anyhow::{Context, Error, Result};

use super::api::{self, Engine, Func, Instance, Module, Store, TypedFunc, downcast, host};
use super::{Own, Theme};
use crate::catalog::scenario::soak;
use crate::engine::Support::{Do, Not};
use crate::engine::embedding::Transcript;
use crate::exit_code::ExitCode;
use crate::process_stats::resident_memory;
use crate::{guest, say};

pub(in super::super::super) const CAN: Theme = &[
    (&soak::EXITS, Do(exits)),
    (&soak::INSTANCES_IN_ONE_STORE, Do(instances_in_one_store)),
    (&soak::STORE_PER_INSTANCE, Do(store_per_instance)),
    (&soak::COMPILES_ON_ONE_ENGINE, Not("is about Wasmer's engines, which keep the code of modules that are gone")),
];

const KIB: i64 = 1 << 10;

fn exits(own: &Own, out: &Transcript) -> Result<()> {
    let engine = own.engine();
    let module = Module::new(&engine, guest::wasm(guest::EARLY_EXIT))?;
    let (mut store, early_exit) = host_of(&engine);
    let run = guest(&mut store, &module, early_exit)?;
    leaves_nothing(out, 100_000, |codes| Ok(codes.filter(|code| exits_with(&run, &mut store, *code)).count()))
}

fn store_per_instance(own: &Own, out: &Transcript) -> Result<()> {
    let engine = own.engine();
    let module = Module::new(&engine, guest::wasm(guest::EARLY_EXIT))?;
    leaves_nothing(out, 10_000, |codes| {
        let mut right = 0;
        for code in codes {
            let (mut store, early_exit) = host_of(&engine);
            let run = guest(&mut store, &module, early_exit)?;
            right += usize::from(exits_with(&run, &mut store, code));
        }
        Ok(right)
    })
}

fn instances_in_one_store(own: &Own, out: &Transcript) -> Result<()> {
    let engine = own.engine();
    let module = Module::new(&engine, guest::wasm(guest::EARLY_EXIT))?;
    let fill = |instances: u32| -> Result<(Store<()>, usize)> {
        let (mut store, early_exit) = host_of(&engine);
        let mut right = 0;
        for code in 0..instances {
            let run = guest(&mut store, &module, early_exit)?;
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
fn host_of(engine: &Engine) -> (Store<()>, Func) {
    let mut store = Store::new(engine, ());
    let early_exit = |code: u32| -> Result<(), api::Error> { Err(host(ExitCode(code))) };
    let early_exit = Func::wrap(&mut store, early_exit);
    (store, early_exit)
}

type Run = TypedFunc<(i32, i32), i32>;

/// A new instance in the store.
fn guest(store: &mut Store<()>, module: &Module, early_exit: Func) -> Result<Run> {
    Ok(Instance::new(&mut *store, module, &[early_exit.into()])?.get_typed_func(store, "run")?)
}

fn exits_with(run: &Run, store: &mut Store<()>, code: u32) -> bool {
    let result = run.call(store, (code as i32, 7));
    result.is_err_and(|error| downcast::<ExitCode>(error).is_ok_and(|came| came == ExitCode(code)))
}
