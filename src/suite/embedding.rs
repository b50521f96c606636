//! The any-module interface of this engine: validation, compilation, artifacts and instances.
use std::time::Duration;

use anyhow::{Context, Result};

use super::Engine;
use super::api::{
    self, LATE_START, Module, Runtime, Store, fuel, memory_size, metered_outcome, new_store, read_memory, stub_import,
    thrower_imports,
};
use super::calls::{call, global, instantiate};
use super::linked_instances::LinkedInstances;
use crate::engine::embedding::{
    Artifact, Compiled, Embedding, Host, LinkedModules, ModuleInstance, NotInstantiated, Outcome, Value, timed,
};

impl Embedding for Engine {
    fn validate(&self, wasm: &[u8]) -> Result<()> {
        Ok(Module::validate(&self.runtime(), wasm)?)
    }

    fn compile(&self, wasm: &[u8]) -> Result<Box<dyn Compiled>> {
        self.compiled(self.runtime(), wasm, None)
    }

    fn compile_metered(&self, wasm: &[u8], fuel: u64) -> Result<Box<dyn Compiled>> {
        self.compiled(self.metered_runtime(fuel), wasm, Some(fuel))
    }

    fn instantiate_thrower(&self, wasm: &[u8]) -> Result<Box<dyn ModuleInstance>> {
        let runtime = self.runtime();
        let module = Module::new(&runtime, wasm)?;
        let mut store = new_store(&runtime, ());
        let imports = thrower_imports(&mut store)?;
        let instance = api::link(&mut store, &module, &imports)?;
        Ok(Box::new(RunningModule { store, instance, metered: false }))
    }

    fn linked_modules(&self) -> Result<Box<dyn LinkedModules>> {
        Ok(Box::new(LinkedInstances::new(self.runtime())))
    }
}

impl Engine {
    fn compiled(&self, runtime: Runtime, wasm: &[u8], fuel: Option<u64>) -> Result<Box<dyn Compiled>> {
        let module = Module::new(&runtime, wasm)?;
        Ok(Box::new(CompiledModule { engine: self.clone(), runtime, module, fuel }))
    }
}

struct CompiledModule {
    engine: Engine,
    runtime: Runtime,
    module: Module,
    /// The initial fuel of an instance; `None` if fuel is not counted.
    fuel: Option<u64>,
}

impl Compiled for CompiledModule {
    fn serialize(&self) -> Result<Box<dyn Artifact>> {
        let bytes = api::serialize(&self.module)?.to_vec();
        Ok(Box::new(SerializedModule { engine: self.engine.clone(), bytes, fuel: self.fuel }))
    }

    fn instantiate(&self, host: Host) -> Result<Box<dyn ModuleInstance>, NotInstantiated> {
        let mut store = new_store(&self.runtime, ());
        let stubs = self.module.imports().enumerate().map(|(place, import)| {
            stub_import(&mut store, place, &import, &host)
                .with_context(|| format!("the import {}.{}", import.module(), import.name()))
        });
        let stubs = stubs.collect::<Result<Vec<_>>>().map_err(NotInstantiated::Unlinked)?;
        let instance = instantiate(&mut store, &self.module, &stubs)?;
        let mut running = RunningModule { store, instance, metered: self.fuel.is_some() };
        // A metered runtime may leave the start function to the host.
        if let Some(start) = LATE_START.filter(|_| running.metered)
            && running.instance.get_func(&mut running.store, start).is_some()
        {
            let outcome = running.call(start, &[]);
            if !matches!(outcome, Outcome::Returned(_)) {
                return Err(NotInstantiated::Start(outcome));
            }
        }
        Ok(Box::new(running))
    }
}

struct SerializedModule {
    engine: Engine,
    bytes: Vec<u8>,
    fuel: Option<u64>,
}

impl Artifact for SerializedModule {
    fn size(&self) -> u64 {
        self.bytes.len() as u64
    }

    fn load(&self) -> Result<(Box<dyn Compiled>, Duration)> {
        // Only a runtime with the settings of the compilation can load the artifact.
        let runtime = match self.fuel {
            Some(fuel) => self.engine.metered_runtime(fuel),
            None => self.engine.runtime(),
        };
        let bytes = self.bytes.clone();
        let (took, module) = timed(|| api::deserialize(&runtime, bytes));
        Ok((Box::new(CompiledModule { engine: self.engine.clone(), runtime, module: module?, fuel: self.fuel }), took))
    }
}

struct RunningModule {
    store: Store<()>,
    instance: api::Instance,
    metered: bool,
}

impl ModuleInstance for RunningModule {
    fn call(&mut self, export: &str, arguments: &[Value]) -> Outcome {
        let outcome = call(&mut self.store, &self.instance, export, arguments);
        if self.metered { metered_outcome(&mut self.store, &self.instance, outcome) } else { outcome }
    }

    fn global(&mut self, export: &str) -> Option<Value> {
        global(&mut self.store, &self.instance, export)
    }

    fn memory(&mut self, export: &str, piece: &mut dyn FnMut(&[u8])) -> Option<u64> {
        let memory = self.instance.get_memory(&mut self.store, export)?;
        let (size, mut buffer) = (memory_size(&self.store, &memory), [0; 1 << 16]);
        for at in (0..size).step_by(buffer.len()) {
            let buffer = &mut buffer[..(size - at).min(1 << 16) as usize];
            read_memory(&self.store, &memory, at, buffer)?;
            piece(buffer);
        }
        Some(size)
    }

    fn fuel(&mut self) -> Option<u64> {
        self.metered.then(|| fuel(&mut self.store, &self.instance)).flatten()
    }
}
