//! Limits are set by the store's limiter, which is asked before any memory is made or grows.
use anyhow::{Context, Result};

use super::api::{
    Error, Extern, Func, Instance, Memory, MemoryType, Module, Store, StoreLimits, StoreLimitsBuilder, TypedFunc, host,
};
use super::stage::told;
use super::{Own, Theme};
use crate::catalog::scenario::limit;
use crate::engine::Support::{Do, Not};
use crate::engine::embedding::Transcript;
use crate::exit_code::ExitCode;
use crate::{guest, say};

pub(in super::super::super) const CAN: Theme = &[
    (&limit::MEMORY_GROW, Do(memory_grow)),
    (&limit::MEMORY_MINIMUM, Do(memory_minimum)),
    (&limit::MEMORY_MAXIMUM, Not("a limiter refuses growth, and leaves a memory the type that it declares")),
    (&limit::MEMORY_OF_THE_HOST, Do(memory_of_the_host)),
    (&limit::EXIT, Do(exit)),
];

/// A store whose memories have three pages at most.
fn capped(own: &Own) -> Store<StoreLimits> {
    let limits = StoreLimitsBuilder::new().memory_size(3 * 65536).build();
    let mut store = Store::new(&own.engine(), limits);
    store.limiter(|limits| limits);
    store
}

fn memory_grow(own: &Own, out: &Transcript) -> Result<()> {
    let mut guest = Guest::within(capped(own))?;
    guest.call("grow", &[1], out)?;
    guest.call("grow", &[2], out)?;
    guest.call("size", &[], out)?;
    guest.call("grow", &[1], out)?;
    guest.call("grow", &[1], out)?;
    guest.call("size", &[], out)?;
    let memory = guest.instance.get_memory(&mut guest.store, "memory").context("no memory")?;
    say!(out, "the host's view: {} bytes", memory.data_size(&guest.store));
    Ok(())
}

fn memory_minimum(own: &Own, out: &Transcript) -> Result<()> {
    let mut store = capped(own);
    for declared in ["(memory 4)", "(memory 3)"] {
        let module = format!("(module {declared} (export \"memory\" (memory 0)))");
        let module = Module::new(store.engine(), guest::wasm(&module))?;
        match Instance::new(&mut store, &module, &[]) {
            Err(error) => say!(out, "{declared}: instantiation failed: {error:#}"),
            Ok(instance) => {
                let memory = instance.get_memory(&mut store, "memory").context("no memory")?;
                say!(out, "{declared}: instantiated with {} pages", memory.size(&store));
            }
        }
    }
    Ok(())
}

fn memory_of_the_host(own: &Own, out: &Transcript) -> Result<()> {
    let mut store = capped(own);
    match Memory::new(&mut store, MemoryType::new(4, None)) {
        Ok(_) => say!(out, "a memory of 4 pages: made"),
        Err(error) => say!(out, "a memory of 4 pages: refused: {error:#}"),
    }
    let memory = Memory::new(&mut store, MemoryType::new(1, None))?;
    let text = "(module (import \"env\" \"memory\" (memory 1)) \
                (func (export \"grow\") (param i32) (result i32) (memory.grow (local.get 0))))";
    let module = Module::new(store.engine(), guest::wasm(text))?;
    let instance = Instance::new(&mut store, &module, &[Extern::Memory(memory)])?;
    let grow: TypedFunc<i32, i32> = instance.get_typed_func(&mut store, "grow")?;
    for _ in 0..2 {
        say!(out, "the guest grows by 1: returned {}", grow.call(&mut store, 1)?);
        match memory.grow(&mut store, 1) {
            Ok(before) => say!(out, "the host grows by 1: from {before} pages"),
            Err(error) => say!(out, "the host grows by 1: refused: {error:#}"),
        }
    }
    say!(out, "in the end: {} pages", memory.size(&store));
    Ok(())
}

fn exit(own: &Own, out: &Transcript) -> Result<()> {
    let mut guest = Guest::within(capped(own))?;
    guest.call("take_all_and_exit", &[], out)?;
    let mut word = [0; 4];
    let memory = guest.instance.get_memory(&mut guest.store, "memory").context("no memory")?;
    memory.read(&guest.store, 3 * 65536 - 4, &mut word)?;
    say!(out, "in the last word: {}", i32::from_le_bytes(word));
    guest.call("take_all_and_exit", &[], out)?;
    guest.call("size", &[], out)
}

/// The growing guest, at work.
struct Guest {
    store: Store<StoreLimits>,
    instance: Instance,
}

impl Guest {
    fn within(mut store: Store<StoreLimits>) -> Result<Self> {
        let module = Module::new(store.engine(), guest::wasm(guest::GROWING))?;
        let early_exit = |code: u32| -> Result<(), Error> { Err(host(ExitCode(code))) };
        let early_exit = Func::wrap(&mut store, early_exit);
        let instance = Instance::new(&mut store, &module, &[early_exit.into()])?;
        Ok(Self { store, instance })
    }

    fn call(&mut self, export: &str, arguments: &[i32], out: &Transcript) -> Result<()> {
        say!(out, "{}", told(&mut self.store, &self.instance, export, arguments)?);
        Ok(())
    }
}
