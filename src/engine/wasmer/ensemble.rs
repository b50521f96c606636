//! Several modules in one store of Wasmer's.
use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};

use ::wasmer::{Engine, Extern, Instance, Module, Store};
use anyhow::{Context, Result};

use super::seam::{call, global, not_instantiated};
use crate::engine::embedding::{LinkedModules, NotInstantiated, Outcome, Value};

pub(super) struct Together {
    engine: Engine,
    store: Store,
    modules: Vec<Module>,
    instances: Vec<Instance>,
    names: HashMap<String, usize>,
}

impl Together {
    pub(super) fn new(engine: Engine) -> Self {
        let store = Store::new(engine.clone());
        Self { engine, store, modules: Vec::new(), instances: Vec::new(), names: HashMap::new() }
    }

    /// What is exported by the instance of a name.
    fn export(&self, module: &str, name: &str) -> Result<Extern> {
        let of = self.names.get(module).with_context(|| format!("unknown import: no module `{module}`"))?;
        let export = self.instances[*of].exports.get_extern(name);
        Ok(export.with_context(|| format!("unknown import: `{module}` exports no `{name}`"))?.clone())
    }
}

impl LinkedModules for Together {
    fn compile(&mut self, wasm: &[u8]) -> Result<usize> {
        self.modules.push(Module::new(&self.engine, wasm)?);
        Ok(self.modules.len() - 1)
    }

    fn instantiate(&mut self, module: usize) -> Result<usize, NotInstantiated> {
        let module = self.modules[module].clone();
        let met = module.imports().map(|import| self.export(import.module(), import.name()));
        let met: Vec<_> = met.collect::<Result<_>>().map_err(NotInstantiated::Unlinked)?;
        let mut make = || Instance::new_by_index(&mut self.store, &module, &met).map_err(Box::new);
        match catch_unwind(AssertUnwindSafe(&mut make)) {
            Ok(Ok(instance)) => self.instances.push(instance),
            Ok(Err(error)) => return Err(not_instantiated(*error)),
            Err(panic) => return Err(NotInstantiated::Start(Outcome::panicked(&*panic))),
        }
        Ok(self.instances.len() - 1)
    }

    fn register(&mut self, name: &str, instance: usize) {
        self.names.insert(name.to_owned(), instance);
    }

    fn call(&mut self, instance: usize, export: &str, arguments: &[Value]) -> Outcome {
        call(&mut self.store, &self.instances[instance], export, arguments)
    }

    fn global(&mut self, instance: usize, export: &str) -> Option<Value> {
        global(&mut self.store, &self.instances[instance], export)
    }
}
