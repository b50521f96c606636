//! The seam, as far as both engines fill it in with the same words: any module, any import, values as they come. The
//! rest is in each engine's `seam`.
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use anyhow::{Context, Result};

use super::api::{self, Engine, Module, Store};
use super::calls::{call, global, not_instantiated};
use super::ensemble::Together;
use super::seam::meet;
use super::{Own, seam};
use crate::engine::embedding::{
    Artifact, Compiled, Embedding, Host, Instance, Instant, LinkedModules, NotInstantiated, Outcome, Value,
};

impl Embedding for Own {
    fn validate(&self, wasm: &[u8]) -> Result<()> {
        Ok(Module::validate(&self.engine(), wasm)?)
    }

    fn compile(&self, wasm: &[u8]) -> Result<Box<dyn Compiled>> {
        self.compiled(self.engine(), wasm, None)
    }

    fn compile_metered(&self, wasm: &[u8], fuel: u64) -> Result<Box<dyn Compiled>> {
        self.compiled(self.fuelled_engine(), wasm, Some(fuel))
    }

    fn instantiate_thrower(&self, wasm: &[u8]) -> Result<Box<dyn Instance>> {
        let engine = self.engine();
        let module = Module::new(&engine, wasm)?;
        let mut store = Store::new(&engine, ());
        let imports = seam::thrower_imports(&mut store)?;
        let instance = api::Instance::new(&mut store, &module, &imports)?;
        Ok(Box::new(Running { store, instance, metered: false }))
    }

    fn ensemble(&self) -> Result<Box<dyn LinkedModules>> {
        Ok(Box::new(Together::new(self.engine())))
    }
}

impl Own {
    fn compiled(&self, engine: Engine, wasm: &[u8], fuel: Option<u64>) -> Result<Box<dyn Compiled>> {
        let module = Module::new(&engine, wasm)?;
        Ok(Box::new(Ready { own: self.clone(), engine, module, fuel }))
    }
}

struct Ready {
    own: Own,
    engine: Engine,
    module: Module,
    /// What an instance starts with, where it is counted.
    fuel: Option<u64>,
}

impl Compiled for Ready {
    fn serialize(&self) -> Result<Box<dyn Artifact>> {
        let bytes = seam::serialize(&self.module)?;
        Ok(Box::new(Serialized { own: self.own.clone(), bytes, fuel: self.fuel }))
    }

    fn instantiate(&self, host: Host) -> Result<Box<dyn Instance>, NotInstantiated> {
        let mut store = Store::new(&self.engine, ());
        let mut link = || -> Result<_> {
            if let Some(fuel) = self.fuel {
                store.set_fuel(fuel)?;
            }
            let met = self.module.imports().enumerate().map(|(place, import)| {
                meet(&mut store, place, &import, &host)
                    .with_context(|| format!("the import {}.{}", import.module(), import.name()))
            });
            met.collect::<Result<Vec<_>>>()
        };
        let met = link().map_err(NotInstantiated::Unlinked)?;
        let made = catch_unwind(AssertUnwindSafe(|| api::Instance::new(&mut store, &self.module, &met)));
        match made {
            Ok(Ok(instance)) => Ok(Box::new(Running { store, instance, metered: self.fuel.is_some() })),
            Ok(Err(error)) => Err(not_instantiated(error)),
            Err(panic) => Err(NotInstantiated::Start(Outcome::panicked(&*panic))),
        }
    }
}

struct Serialized {
    own: Own,
    bytes: Vec<u8>,
    fuel: Option<u64>,
}

impl Artifact for Serialized {
    fn size(&self) -> u64 {
        self.bytes.len() as u64
    }

    fn load(&self) -> Result<(Box<dyn Compiled>, Duration)> {
        // An artifact fits an engine with the settings that it was compiled with.
        let engine = if self.fuel.is_some() { self.own.fuelled_engine() } else { self.own.engine() };
        let started = Instant::now();
        let module = seam::deserialize(&engine, &self.bytes);
        let took = started.elapsed();
        Ok((Box::new(Ready { own: self.own.clone(), engine, module: module?, fuel: self.fuel }), took))
    }
}

struct Running {
    store: Store<()>,
    instance: api::Instance,
    metered: bool,
}

impl Instance for Running {
    fn call(&mut self, export: &str, arguments: &[Value]) -> Outcome {
        call(&mut self.store, &self.instance, export, arguments)
    }

    fn global(&mut self, export: &str) -> Option<Value> {
        global(&mut self.store, &self.instance, export)
    }

    fn memory(&mut self, export: &str, piece: &mut dyn FnMut(&[u8])) -> Option<u64> {
        let memory = self.instance.get_memory(&mut self.store, export)?;
        let bytes = memory.data(&self.store);
        bytes.chunks(1 << 16).for_each(piece);
        Some(bytes.len() as u64)
    }

    fn fuel(&mut self) -> Option<u64> {
        self.metered.then(|| self.store.get_fuel().ok()).flatten()
    }
}
