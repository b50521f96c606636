//! Recovery: preparing the next call after an exit.
use std::time::Duration;

use anyhow::{Context, Result};

use super::api::{Global, Imports, Instance, Store, TypedFunc, Val, downcast, imports, new_store, wrap};
use super::guest_instance::{CODE, describe, early_exit};
use super::{BenchmarkTable, CachedModule, Do, Engine, ExitCode, guest};
use crate::catalog::benchmark::recover;
use crate::engine::embedding::{Instant, IterationResult, Prepared};

pub(crate) const BENCHMARKS: BenchmarkTable<Engine> = &[
    (&recover::REUSE, Do(|engine, _| recovering(engine, |_| Ok(())))),
    (&recover::STACK_POINTER, Do(|engine, _| recovering(engine, RecoveringGuest::restore_stack))),
    (&recover::INSTANCE, Do(|engine, _| recovering(engine, RecoveringGuest::instantiate))),
    (&recover::STORE, Do(|engine, _| recovering(engine, RecoveringGuest::replace_store))),
];

/// The number of instances at which a store is replaced.
const CROWDED: u32 = 16;

/// The result of the guest's `work` with one frame.
const SUM: u32 = 32_640;

/// The export `work(code, frames)`.
type WorkFunc = TypedFunc<(u32, u32), u32>;

struct RecoveringGuest {
    code: CachedModule,
    store: Store<()>,
    imports: Imports,
    work: WorkFunc,
    stack_pointer: Global,
    stack_top: Val,
    /// The number of instances created in the store.
    instances: u32,
    /// Replaced stores, which are dropped outside the timer.
    old: Vec<Store<()>>,
}

impl RecoveringGuest {
    fn new(engine: &Engine) -> Result<Self> {
        let code = engine.cached_module(guest::STACK_FRAMES)?;
        let mut store = new_store(&code.0, ());
        let imports = imports_in(&mut store);
        let (work, stack_pointer) = instantiate(&mut store, &code, &imports)?;
        let stack_top = stack_pointer.get(&mut store);
        Ok(Self { code, store, imports, work, stack_pointer, stack_top, instances: 1, old: Vec::new() })
    }

    fn restore_stack(&mut self) -> Result<()> {
        Ok(self.stack_pointer.set(&mut self.store, self.stack_top.clone())?)
    }

    fn instantiate(&mut self) -> Result<()> {
        (self.work, self.stack_pointer) = instantiate(&mut self.store, &self.code, &self.imports)?;
        self.instances += 1;
        Ok(())
    }

    fn replace_store(&mut self) -> Result<()> {
        self.old.push(std::mem::replace(&mut self.store, new_store(&self.code.0, ())));
        self.imports = imports_in(&mut self.store);
        self.instances = 0;
        self.instantiate()
    }

    /// Cleans up outside the timer, so that the previous iterations do not slow down the next.
    fn refresh(&mut self) -> Result<()> {
        self.old.clear();
        if self.instances >= CROWDED {
            self.replace_store()?;
            self.old.clear();
        }
        self.restore_stack()
    }

    fn exit(&mut self) -> Result<ExitCode> {
        let error = self.work.call(&mut self.store, (CODE.0, 1)).err().context("the guest returned")?;
        Ok(downcast(error)?)
    }
}

/// The guest's imports.
fn imports_in(store: &mut Store<()>) -> Imports {
    imports! { "env" => { "early_exit" => wrap(store, early_exit) } }
}

/// Creates an instance. Returns its `work` function and its stack pointer.
fn instantiate(store: &mut Store<()>, code: &CachedModule, imports: &Imports) -> Result<(WorkFunc, Global)> {
    let instance = Instance::new(&mut *store, &code.1, imports)?;
    let work = instance.get_typed_func(&mut *store, "work")?;
    Ok((work, instance.get_global(store, "__stack_pointer").context("no stack pointer")?))
}

fn recovering(engine: &Engine, recover: fn(&mut RecoveringGuest) -> Result<()>) -> Result<Prepared> {
    let mut guest = RecoveringGuest::new(engine)?;
    let mut lap = move || -> Result<(Duration, IterationResult)> {
        guest.refresh()?;
        let exited = guest.exit()?;
        let started = Instant::now();
        recover(&mut guest)?;
        let result = guest.work.call(&mut guest.store, (0, 1));
        let took = started.elapsed();
        let ended = match result {
            Ok(SUM) if exited == CODE => Ok(()),
            result => Err(format!("exit code {exited}, then {}", describe(result))),
        };
        Ok((took, ended))
    };
    Ok(Prepared::laps(move || lap().unwrap_or_else(|error| (Duration::ZERO, Err(error.to_string())))))
}
