//! Limits on a guest's memory. In wasmtime and wasmi, a limiter is called before a memory is created or grows. In Wasmer, the
//! `Tunables` create every memory, within the limit.
use anyhow::{Context, Result};

use super::api::{
    Instance, Module, Runtime, Store, StoreLimits, TypedFunc, capped, grow_memory, imports, memory_size, message,
    new_memory, wrap,
};
use super::fixture::{bytes_at, call_and_describe, exit as early_exit};
use super::{Do, Engine, ScenarioTable, Transcript, guest, say};
use crate::catalog::scenario::limit;

pub(crate) const SCENARIOS: ScenarioTable<Engine> = &[
    (&limit::MEMORY_GROW, Do(memory_grow)),
    (&limit::MEMORY_MINIMUM, Do(memory_minimum)),
    (&limit::MEMORY_OF_THE_HOST, Do(memory_of_the_host)),
    (&limit::EXIT, Do(exit)),
];

/// The largest size of a memory, in pages of 64 KiB.
const PAGES: u32 = 3;

fn memory_grow(engine: &Engine, out: &Transcript) -> Result<()> {
    let mut guest = GrowingGuest::within(capped(engine, PAGES))?;
    guest.call("grow", &[1], out)?;
    guest.call("grow", &[2], out)?;
    guest.call("size", &[], out)?;
    guest.call("grow", &[1], out)?;
    guest.call("grow", &[1], out)?;
    guest.call("size", &[], out)?;
    let memory = guest.instance.get_memory(&mut guest.store, "memory").context("no memory")?;
    say!(out, "the host's view: {} bytes", memory_size(&guest.store, &memory));
    Ok(())
}

fn memory_minimum(engine: &Engine, out: &Transcript) -> Result<()> {
    let (runtime, mut store) = capped(engine, PAGES);
    for declared in ["(memory 4)", "(memory 3)"] {
        let module = format!("(module {declared} (export \"memory\" (memory 0)))");
        let module = Module::new(&runtime, guest::wasm(&module))?;
        match Instance::new(&mut store, &module, &imports! {}) {
            Err(error) => say!(out, "{declared}: instantiation failed: {}", message(&error)),
            Ok(instance) => {
                let memory = instance.get_memory(&mut store, "memory").context("no memory")?;
                say!(out, "{declared}: instantiated with {} pages", memory_size(&store, &memory) >> 16);
            }
        }
    }
    Ok(())
}

fn memory_of_the_host(engine: &Engine, out: &Transcript) -> Result<()> {
    let (runtime, mut store) = capped(engine, PAGES);
    match new_memory(&mut store, 4) {
        Ok(_) => say!(out, "a memory of 4 pages: made"),
        Err(error) => say!(out, "a memory of 4 pages: refused: {error:#}"),
    }
    let memory = new_memory(&mut store, 1)?;
    let text = "(module (import \"env\" \"memory\" (memory 1)) \
                (func (export \"grow\") (param i32) (result i32) (memory.grow (local.get 0))))";
    let module = Module::new(&runtime, guest::wasm(text))?;
    let instance = Instance::new(&mut store, &module, &imports! { "env" => { "memory" => memory.clone() } })?;
    let grow: TypedFunc<i32, i32> = instance.get_typed_func(&mut store, "grow")?;
    for _ in 0..2 {
        say!(out, "the guest grows by 1: returned {}", grow.call(&mut store, 1)?);
        match grow_memory(&mut store, &memory, 1) {
            Ok(before) => say!(out, "the host grows by 1: from {before} pages"),
            Err(error) => say!(out, "the host grows by 1: refused: {error:#}"),
        }
    }
    say!(out, "in the end: {} pages", memory_size(&store, &memory) >> 16);
    Ok(())
}

fn exit(engine: &Engine, out: &Transcript) -> Result<()> {
    let mut guest = GrowingGuest::within(capped(engine, PAGES))?;
    guest.call("take_all_and_exit", &[], out)?;
    let memory = guest.instance.get_memory(&mut guest.store, "memory").context("no memory")?;
    let word = bytes_at(&guest.store, &memory, 3 * 65536 - 4)?;
    say!(out, "in the last word: {}", i32::from_le_bytes(word));
    guest.call("take_all_and_exit", &[], out)?;
    guest.call("size", &[], out)
}

/// An instance of the growing guest.
struct GrowingGuest {
    store: Store<StoreLimits>,
    instance: Instance,
}

impl GrowingGuest {
    fn within((runtime, mut store): (Runtime, Store<StoreLimits>)) -> Result<Self> {
        let module = Module::new(&runtime, guest::wasm(guest::GROWING))?;
        let imports = imports! { "env" => { "early_exit" => wrap(&mut store, early_exit) } };
        let instance = Instance::new(&mut store, &module, &imports)?;
        Ok(Self { store, instance })
    }

    fn call(&mut self, export: &str, arguments: &[i32], out: &Transcript) -> Result<()> {
        say!(out, "{}", call_and_describe(&mut self.store, &self.instance, export, arguments)?);
        Ok(())
    }
}
