//! Ways to exit. What differs between them is the host function; one player calls them all.
use anyhow::{Result, bail};

use super::api::{
    Caller, Error, Extern, Func, Instance, Module, Store, TypedFunc, Val, ValType, constant, downcast, func_type, host,
};
use super::stage::{global, instantiate};
use super::{Own, Theme};
use crate::catalog::scenario::exit;
use crate::catalog::scenario::exit::{CODES, LET_PASS};
use crate::engine::Support::{Do, Not};
use crate::engine::embedding::Transcript;
use crate::exit_code::ExitCode;
use crate::{guest, say};

pub(in super::super::super) const CAN: Theme = &[
    (&exit::TYPED, Do(|own, out| play(own, out, typed, "direct"))),
    (&exit::TYPED_INDIRECT, Do(|own, out| play(own, out, typed, "indirect"))),
    (&exit::TYPED_ENV, Do(|own, out| play(own, out, typed_env, "direct"))),
    (&exit::TYPED_ENV_INDIRECT, Do(|own, out| play(own, out, typed_env, "indirect"))),
    (&exit::DYNAMIC, Do(|own, out| play(own, out, dynamic, "direct"))),
    (&exit::DYNAMIC_INDIRECT, Do(|own, out| play(own, out, dynamic, "indirect"))),
    (&exit::DYNAMIC_ENV, Do(|own, out| play(own, out, dynamic_env, "direct"))),
    (&exit::DYNAMIC_ENV_INDIRECT, Do(|own, out| play(own, out, dynamic_env, "indirect"))),
    (&exit::ON_THE_SPOT, Not(MADE_BY_THE_HOST)),
    (&exit::ON_THE_SPOT_INDIRECT, Not(MADE_BY_THE_HOST)),
    (&exit::TYPED_CLONE, Not(NO_CLONES)),
    (&exit::TYPED_CLONE_INDIRECT, Not(NO_CLONES)),
    (&exit::DYNAMIC_CLONE, Not(NO_CLONES)),
    (&exit::DYNAMIC_CLONE_INDIRECT, Not(NO_CLONES)),
    (&exit::TYPED_SENTINEL, Not(NO_CLONES)),
    (&exit::TYPED_SENTINEL_INDIRECT, Not(NO_CLONES)),
    (&exit::DYNAMIC_SENTINEL, Not(NO_CLONES)),
    (&exit::DYNAMIC_SENTINEL_INDIRECT, Not(NO_CLONES)),
    (&exit::START, Do(start)),
    (&exit::START_CLONE, Not(NO_CLONES)),
    (&exit::CLONE, Not(NO_CLONES)),
    (&exit::MIXED_STORES, Not(NO_CLONES)),
    (&exit::MIXED_NESTED, Not(NO_CLONES)),
];

/// Why nothing is made beforehand.
pub(in super::super::super) const NO_CLONES: &str = "its error cannot be cloned: each exit makes its own";

/// Why there are not two ways where Wasmer has two.
pub(in super::super::super) const MADE_BY_THE_HOST: &str =
    "every host function makes the engine's error itself: this is the plain way";

/// Makes a host function in a store whose data is the code that is let pass.
type Way = fn(&mut Store<u32>) -> Func;

/// What each of them decides.
fn decide(code: u32, let_pass: u32) -> Result<u32, Error> {
    if code == let_pass { Ok(code) } else { Err(host(ExitCode(code))) }
}

fn typed(store: &mut Store<u32>) -> Func {
    Func::wrap(store, |code: u32| decide(code, LET_PASS))
}

fn typed_env(store: &mut Store<u32>) -> Func {
    Func::wrap(store, |caller: Caller<'_, u32>, code: u32| decide(code, *caller.data()))
}

fn decide_dynamically(arguments: &[Val], results: &mut [Val], let_pass: u32) -> Result<(), Error> {
    let code = arguments[0].i32().unwrap_or_default() as u32;
    results[0] = Val::I32(decide(code, let_pass)? as i32);
    Ok(())
}

fn dynamic(store: &mut Store<u32>) -> Func {
    let signature = func_type(store.engine(), [ValType::I32], [ValType::I32]);
    Func::new(store, signature, |_: Caller<'_, u32>, arguments: &[Val], results: &mut [Val]| {
        decide_dynamically(arguments, results, LET_PASS)
    })
}

fn dynamic_env(store: &mut Store<u32>) -> Func {
    let signature = func_type(store.engine(), [ValType::I32], [ValType::I32]);
    Func::new(store, signature, |caller: Caller<'_, u32>, arguments: &[Val], results: &mut [Val]| {
        decide_dynamically(arguments, results, *caller.data())
    })
}

fn play(own: &Own, out: &Transcript, way: Way, export: &str) -> Result<()> {
    let (mut store, instance) =
        instantiate(own, &guest::wasm(guest::WAYS_TO_CALL), LET_PASS, |store| vec![way(store).into()])?;
    let call: TypedFunc<u32, u32> = instance.get_typed_func(&mut store, export)?;
    for code in CODES {
        match call.call(&mut store, code) {
            Ok(sum) => bail!("asked for {code}, but the guest returned {sum}"),
            Err(error) => match downcast::<ExitCode>(error) {
                Ok(ExitCode(came)) => say!(out, "asked for {code}: exit code {came}"),
                Err(error) => bail!("asked for {code}, but the error holds no exit code: {error}"),
            },
        }
    }
    say!(out, "times that the guest went on: {}", global(&mut store, &instance, "went_on")?);
    // The same function, on the same instance, can return as well.
    say!(out, "let pass, it returns {}", call.call(&mut store, LET_PASS)?);
    say!(out, "times that the guest went on: {}", global(&mut store, &instance, "went_on")?);
    Ok(())
}

fn start(own: &Own, out: &Transcript) -> Result<()> {
    let engine = own.engine();
    let module = Module::new(&engine, guest::wasm(guest::EXIT_IN_START))?;
    let mut store = Store::new(&engine, LET_PASS);
    let ways: [(&str, Way); 2] = [("typed", typed), ("dynamic", dynamic)];
    for (name, way) in ways {
        let early_exit = way(&mut store);
        let mut came = Vec::new();
        for code in CODES {
            let imports: [Extern; 2] = [early_exit.into(), constant(&mut store, code as i32)?.into()];
            match Instance::new(&mut store, &module, &imports) {
                Ok(_) => bail!("expected an early exit, but the start function returned"),
                Err(error) => came.push(downcast::<ExitCode>(error)?.to_string()),
            }
        }
        say!(out, "{name}: {}", came.join(", "));
    }
    let imports: [Extern; 2] = [dynamic(&mut store).into(), constant(&mut store, LET_PASS as i32)?.into()];
    let instance = Instance::new(&mut store, &module, &imports)?;
    say!(out, "let pass, it leaves {}", global(&mut store, &instance, "returned")?);
    Ok(())
}
