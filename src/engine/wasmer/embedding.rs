//! The seam, filled in for Wasmer: any module, any import, values as they come.
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use ::wasmer::{Engine, FunctionEnv, Instance as WasmerInstance, Module, Store};
use anyhow::{Context, Result};
use wasmer_middlewares::metering::{MeteringPoints, get_remaining_points};

use super::Wasmer;
use super::ensemble::Together;
use super::late_start::LateStart;
use super::seam::{call, global, meet, not_instantiated, thrower_imports};
use crate::engine::embedding::{
    Artifact, Compiled, Embedding, Host, Instance, Instant, LinkedModules, NotInstantiated, Outcome, Trap, Value,
};

impl Embedding for Wasmer {
    fn validate(&self, wasm: &[u8]) -> Result<()> {
        Ok(Module::validate(&self.engine(), wasm)?)
    }

    fn compile(&self, wasm: &[u8]) -> Result<Box<dyn Compiled>> {
        self.compiled(self.engine(), wasm, false)
    }

    fn compile_metered(&self, wasm: &[u8], fuel: u64) -> Result<Box<dyn Compiled>> {
        self.compiled(self.metered(fuel), wasm, true)
    }

    fn instantiate_thrower(&self, wasm: &[u8]) -> Result<Box<dyn Instance>> {
        let engine = self.engine();
        let module = Module::new(&engine, wasm)?;
        let mut store = Store::new(engine);
        let imports = thrower_imports(&mut store);
        let instance = WasmerInstance::new_by_index(&mut store, &module, &imports)?;
        Ok(Box::new(Running { store, instance, metered: false }))
    }

    fn ensemble(&self) -> Result<Box<dyn LinkedModules>> {
        Ok(Box::new(Together::new(self.engine())))
    }
}

impl Wasmer {
    fn compiled(&self, engine: Engine, wasm: &[u8], metered: bool) -> Result<Box<dyn Compiled>> {
        let module = Module::new(&engine, wasm)?;
        Ok(Box::new(Ready { wasmer: self.clone(), engine, module, metered }))
    }
}

struct Ready {
    wasmer: Wasmer,
    engine: Engine,
    module: Module,
    metered: bool,
}

impl Compiled for Ready {
    fn serialize(&self) -> Result<Box<dyn Artifact>> {
        let bytes = self.module.serialize()?.to_vec();
        Ok(Box::new(Serialized { wasmer: self.wasmer.clone(), bytes, metered: self.metered }))
    }

    fn instantiate(&self, host: Host) -> Result<Box<dyn Instance>, NotInstantiated> {
        let mut store = Store::new(self.engine.clone());
        let env = FunctionEnv::new(&mut store, ());
        let met = self.module.imports().enumerate().map(|(place, import)| {
            meet(&mut store, &env, (place, import.module(), import.name()), import.ty(), &host)
                .with_context(|| format!("the import {}.{}", import.module(), import.name()))
        });
        let met: Vec<_> = met.collect::<Result<_>>().map_err(NotInstantiated::Unlinked)?;
        // By place: two imports of one name may have two types.
        let mut make = || WasmerInstance::new_by_index(&mut store, &self.module, &met).map_err(Box::new);
        let made = catch_unwind(AssertUnwindSafe(&mut make));
        match made {
            Ok(Ok(instance)) => Running { store, instance, metered: self.metered }.started(),
            Ok(Err(error)) => Err(not_instantiated(*error)),
            Err(panic) => Err(NotInstantiated::Start(Outcome::panicked(&*panic))),
        }
    }
}

struct Serialized {
    wasmer: Wasmer,
    bytes: Vec<u8>,
    metered: bool,
}

impl Artifact for Serialized {
    fn size(&self) -> u64 {
        self.bytes.len() as u64
    }

    fn load(&self) -> Result<(Box<dyn Compiled>, Duration)> {
        let (engine, bytes) = (self.wasmer.engine(), self.bytes.clone());
        let started = Instant::now();
        // SAFETY: the bytes are what this compiler made of a valid module in this process.
        let module = unsafe { Module::deserialize(&engine, bytes) };
        let took = started.elapsed();
        let ready = Ready { wasmer: self.wasmer.clone(), engine, module: module?, metered: self.metered };
        Ok((Box::new(ready), took))
    }
}

struct Running {
    store: Store,
    instance: WasmerInstance,
    metered: bool,
}

impl Instance for Running {
    fn call(&mut self, export: &str, arguments: &[Value]) -> Outcome {
        match call(&mut self.store, &self.instance, export, arguments) {
            // Metering leaves the guest by `unreachable`.
            Outcome::Trapped(Trap::Unreachable) if self.fuel_is_used_up() => Outcome::Trapped(Trap::OutOfFuel),
            other => other,
        }
    }

    fn global(&mut self, export: &str) -> Option<Value> {
        global(&mut self.store, &self.instance, export)
    }

    fn memory(&mut self, export: &str, piece: &mut dyn FnMut(&[u8])) -> Option<u64> {
        let view = self.instance.exports.get_memory(export).ok()?.view(&self.store);
        let (size, mut buffer) = (view.data_size(), [0; 1 << 16]);
        for at in (0..size).step_by(buffer.len()) {
            let buffer = &mut buffer[..(size - at).min(1 << 16) as usize];
            view.read(at, buffer).ok()?;
            piece(buffer);
        }
        Some(size)
    }

    fn fuel(&mut self) -> Option<u64> {
        self.metered.then(|| match get_remaining_points(&mut self.store, &self.instance) {
            MeteringPoints::Remaining(points) => points,
            MeteringPoints::Exhausted => 0,
        })
    }
}

impl Running {
    /// The same, once a start function that was left to the host has returned.
    fn started(mut self) -> Result<Box<dyn Instance>, NotInstantiated> {
        if self.metered && self.instance.exports.contains(LateStart::EXPORT) {
            match self.call(LateStart::EXPORT, &[]) {
                Outcome::Returned(_) => {}
                other => return Err(NotInstantiated::Start(other)),
            }
        }
        Ok(Box::new(self))
    }

    fn fuel_is_used_up(&mut self) -> bool {
        self.metered && get_remaining_points(&mut self.store, &self.instance) == MeteringPoints::Exhausted
    }
}
