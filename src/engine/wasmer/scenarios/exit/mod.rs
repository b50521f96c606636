//! Ways to exit. What differs between them is the host function, and how its error is read: `ways` has those, and one
//! player here calls them all.
mod cheap;
mod ways;

use anyhow::{Context, Result, bail};
use wasmer::{Global, Instance, InstantiationError, Module, Store, TypedFunction, Value, imports};

use self::ways::Way;
use super::Theme;
use crate::catalog::scenario::exit;
use crate::catalog::scenario::exit::{CODES, LET_PASS};
use crate::engine::Support::Do;
use crate::engine::embedding::Transcript;
use crate::engine::wasmer::Wasmer;
use crate::exit_code::ExitCode;
use crate::{guest, say};

pub(super) const CAN: Theme = &[
    (&exit::TYPED, Do(|wasmer, out| play(wasmer, out, ways::typed, "direct"))),
    (&exit::TYPED_INDIRECT, Do(|wasmer, out| play(wasmer, out, ways::typed, "indirect"))),
    (&exit::TYPED_ENV, Do(|wasmer, out| play(wasmer, out, ways::typed_env, "direct"))),
    (&exit::TYPED_ENV_INDIRECT, Do(|wasmer, out| play(wasmer, out, ways::typed_env, "indirect"))),
    (&exit::DYNAMIC, Do(|wasmer, out| play(wasmer, out, ways::dynamic, "direct"))),
    (&exit::DYNAMIC_INDIRECT, Do(|wasmer, out| play(wasmer, out, ways::dynamic, "indirect"))),
    (&exit::DYNAMIC_ENV, Do(|wasmer, out| play(wasmer, out, ways::dynamic_env, "direct"))),
    (&exit::DYNAMIC_ENV_INDIRECT, Do(|wasmer, out| play(wasmer, out, ways::dynamic_env, "indirect"))),
    (&exit::ON_THE_SPOT, Do(|wasmer, out| play(wasmer, out, ways::on_the_spot, "direct"))),
    (&exit::ON_THE_SPOT_INDIRECT, Do(|wasmer, out| play(wasmer, out, ways::on_the_spot, "indirect"))),
    (&exit::TYPED_CLONE, Do(|wasmer, out| play(wasmer, out, ways::typed_clone, "direct"))),
    (&exit::TYPED_CLONE_INDIRECT, Do(|wasmer, out| play(wasmer, out, ways::typed_clone, "indirect"))),
    (&exit::DYNAMIC_CLONE, Do(|wasmer, out| play(wasmer, out, ways::dynamic_clone, "direct"))),
    (&exit::DYNAMIC_CLONE_INDIRECT, Do(|wasmer, out| play(wasmer, out, ways::dynamic_clone, "indirect"))),
    (&exit::TYPED_SENTINEL, Do(|wasmer, out| play(wasmer, out, ways::typed_sentinel, "direct"))),
    (&exit::TYPED_SENTINEL_INDIRECT, Do(|wasmer, out| play(wasmer, out, ways::typed_sentinel, "indirect"))),
    (&exit::DYNAMIC_SENTINEL, Do(|wasmer, out| play(wasmer, out, ways::dynamic_sentinel, "direct"))),
    (&exit::DYNAMIC_SENTINEL_INDIRECT, Do(|wasmer, out| play(wasmer, out, ways::dynamic_sentinel, "indirect"))),
    (&exit::START, Do(|wasmer, out| start(wasmer, out, &[("typed", ways::typed), ("dynamic", ways::dynamic)]))),
    (&exit::START_CLONE, Do(|wasmer, out| start(wasmer, out, &[("a clone", ways::typed_clone)]))),
    (&exit::CLONE, Do(cheap::clone_is_the_same)),
    (&exit::MIXED_STORES, Do(cheap::two_stores)),
    (&exit::MIXED_NESTED, Do(cheap::nested)),
];

/// A guest that calls the host in two ways, ready to run.
struct Caller {
    store: Store,
    call: TypedFunction<u32, u32>,
    went_on: Global,
    read: ways::Read,
}

impl Caller {
    fn new(wasmer: &Wasmer, way: Way, export: &str) -> Result<Self> {
        let mut store = Store::new(wasmer.engine());
        let module = Module::new(&store, guest::wasm(guest::WAYS_TO_CALL))?;
        let (early_exit, read) = way(&mut store);
        let imports = imports! { "env" => { "early_exit" => early_exit } };
        let exports = Instance::new(&mut store, &module, &imports)?.exports;
        let call = exports.get_typed_function(&store, export)?;
        let went_on = exports.get_global("went_on")?.clone();
        Ok(Self { store, call, went_on, read })
    }

    fn times_it_went_on(&mut self) -> Result<i32> {
        self.went_on.get(&mut self.store).i32().context("a count")
    }
}

fn play(wasmer: &Wasmer, out: &Transcript, way: Way, export: &str) -> Result<()> {
    let mut caller = Caller::new(wasmer, way, export)?;
    for code in CODES {
        match caller.call.call(&mut caller.store, code) {
            Ok(sum) => bail!("asked for {code}, but the guest returned {sum}"),
            Err(error) => match (caller.read)(&caller.store, error) {
                Ok(ExitCode(came)) => say!(out, "asked for {code}: exit code {came}"),
                Err(error) => bail!("asked for {code}, but the error holds no exit code: {error}"),
            },
        }
    }
    say!(out, "times that the guest went on: {}", caller.times_it_went_on()?);
    // The same function, on the same instance, can return as well.
    say!(out, "let pass, it returns {}", caller.call.call(&mut caller.store, LET_PASS)?);
    say!(out, "times that the guest went on: {}", caller.times_it_went_on()?);
    Ok(())
}

fn start(wasmer: &Wasmer, out: &Transcript, ways: &[(&str, Way)]) -> Result<()> {
    let mut store = Store::new(wasmer.engine());
    let module = Module::new(&store, guest::wasm(guest::EXIT_IN_START))?;
    for (name, way) in ways {
        let (early_exit, read) = way(&mut store);
        let mut came = Vec::new();
        for code in CODES {
            let code = Global::new(&mut store, Value::I32(code as i32));
            let imports = imports! { "env" => { "early_exit" => early_exit.clone(), "code" => code } };
            match Instance::new(&mut store, &module, &imports) {
                Ok(_) => bail!("expected an early exit, but the start function returned"),
                Err(InstantiationError::Start(error)) => came.push(read(&store, error)?.to_string()),
                Err(error) => bail!("expected the error of the start function, but the error is another: {error}"),
            }
        }
        say!(out, "{name}: {}", came.join(", "));
    }
    let Some((_, way)) = ways.last() else { return Ok(()) };
    let (early_exit, _) = way(&mut store);
    let code = Global::new(&mut store, Value::I32(LET_PASS as i32));
    let imports = imports! { "env" => { "early_exit" => early_exit, "code" => code } };
    let instance = Instance::new(&mut store, &module, &imports)?;
    let left = instance.exports.get_global("returned")?.get(&mut store);
    say!(out, "let pass, it leaves {}", left.i32().context("a code")?);
    Ok(())
}
