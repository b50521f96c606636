//! What it takes to be ready for the next call after an exit.
use std::time::Duration;

use anyhow::{Context, Result};
use wasmer::{Function, Global, Imports, Instance, Store, TypedFunction, Value, imports};

use super::Theme;
use super::ready::{CODE, early_exit, tell};
use super::shelf;
use crate::catalog::benchmark::recover;
use crate::engine::Support::Do;
use crate::engine::embedding::{Instant, IterationResult, Prepared};
use crate::engine::wasmer::Wasmer;
use crate::exit_code::ExitCode;
use crate::guest;

pub(super) const CAN: Theme = &[
    (&recover::REUSE, Do(|wasmer, _| recovering(wasmer, |_| Ok(())))),
    (&recover::STACK_POINTER, Do(|wasmer, _| recovering(wasmer, Guest::restore_stack))),
    (&recover::INSTANCE, Do(|wasmer, _| recovering(wasmer, Guest::instantiate))),
    (&recover::STORE, Do(|wasmer, _| recovering(wasmer, Guest::replace_store))),
];

/// How many instances a store may hold before it is replaced.
const CROWDED: u32 = 16;

/// What one frame of the guest's sums up to.
const SUM: u32 = 32_640;

struct Guest {
    code: shelf::Guest,
    store: Store,
    imports: Imports,
    work: TypedFunction<(u32, u32), u32>,
    stack_pointer: Global,
    stack_top: Value,
    /// How many instances the store has held.
    instances: u32,
    /// Stores that are to be dropped once the clock stands still.
    old: Vec<Store>,
}

impl Guest {
    fn new(wasmer: &Wasmer) -> Result<Self> {
        let code = wasmer.shelved(guest::STACK_FRAMES)?;
        let (engine, module) = &*code;
        let mut store = Store::new(engine.clone());
        let imports = import(&mut store);
        let instance = Instance::new(&mut store, module, &imports)?;
        let work = instance.exports.get_typed_function(&store, "work")?;
        let stack_pointer = instance.exports.get_global("__stack_pointer")?.clone();
        let stack_top = stack_pointer.get(&mut store);
        Ok(Self { code, store, imports, work, stack_pointer, stack_top, instances: 1, old: Vec::new() })
    }

    fn restore_stack(&mut self) -> Result<()> {
        Ok(self.stack_pointer.set(&mut self.store, self.stack_top.clone())?)
    }

    fn instantiate(&mut self) -> Result<()> {
        let instance = Instance::new(&mut self.store, &self.code.1, &self.imports)?;
        self.work = instance.exports.get_typed_function(&self.store, "work")?;
        self.stack_pointer = instance.exports.get_global("__stack_pointer")?.clone();
        self.instances += 1;
        Ok(())
    }

    fn replace_store(&mut self) -> Result<()> {
        self.old.push(std::mem::replace(&mut self.store, Store::new(self.code.0.clone())));
        self.imports = import(&mut self.store);
        self.instances = 0;
        self.instantiate()
    }

    /// As new, at leisure: nothing that was left behind makes the next lap slower.
    fn refresh(&mut self) -> Result<()> {
        self.old.clear();
        if self.instances >= CROWDED {
            self.replace_store()?;
            self.old.clear();
        }
        self.restore_stack()
    }

    fn exit(&mut self) -> Result<ExitCode> {
        let error = self.work.call(&mut self.store, CODE.0, 1).err().context("the guest returned")?;
        Ok(error.downcast()?)
    }
}

fn import(store: &mut Store) -> Imports {
    imports! { "env" => { "early_exit" => Function::new_typed(store, early_exit) } }
}

fn recovering(wasmer: &Wasmer, recover: fn(&mut Guest) -> Result<()>) -> Result<Prepared> {
    let mut guest = Guest::new(wasmer)?;
    let mut lap = move || -> Result<(Duration, IterationResult)> {
        guest.refresh()?;
        let exited = guest.exit()?;
        let started = Instant::now();
        recover(&mut guest)?;
        let result = guest.work.call(&mut guest.store, 0, 1);
        let took = started.elapsed();
        let ended = match result {
            Ok(SUM) if exited == CODE => Ok(()),
            result => Err(format!("exit code {exited}, then {}", tell(result))),
        };
        Ok((took, ended))
    };
    Ok(Prepared::laps(move || lap().unwrap_or_else(|error| (Duration::ZERO, Err(error.to_string())))))
}
