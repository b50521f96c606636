//! Several modules in one store, linked by their exports.
use std::collections::HashMap;

use anyhow::{Context, Result};

use super::api::{Extern, Instance, Module, Runtime, Store, new_store};
use super::calls::{call, global, instantiate};
use crate::engine::embedding::{LinkedModules, NotInstantiated, Outcome, Value};

pub(super) struct LinkedInstances {
    runtime: Runtime,
    store: Store<()>,
    modules: Vec<Module>,
    instances: Vec<Instance>,
    names: HashMap<String, usize>,
}

impl LinkedInstances {
    pub(super) fn new(runtime: Runtime) -> Self {
        let store = new_store(&runtime, ());
        Self { runtime, store, modules: Vec::new(), instances: Vec::new(), names: HashMap::new() }
    }

    /// The export of a registered instance.
    fn export(&mut self, module: &str, name: &str) -> Result<Extern> {
        let of = self.names.get(module).with_context(|| format!("unknown import: no module `{module}`"))?;
        let export = self.instances[*of].get_export(&mut self.store, name);
        export.with_context(|| format!("unknown import: `{module}` exports no `{name}`"))
    }
}

impl LinkedModules for LinkedInstances {
    fn compile(&mut self, wasm: &[u8]) -> Result<usize> {
        self.modules.push(Module::new(&self.runtime, wasm)?);
        Ok(self.modules.len() - 1)
    }

    fn instantiate(&mut self, module: usize) -> Result<usize, NotInstantiated> {
        let module = self.modules[module].clone();
        let met = module.imports().map(|import| self.export(import.module(), import.name()));
        let met = met.collect::<Result<Vec<_>>>().map_err(NotInstantiated::Unlinked)?;
        self.instances.push(instantiate(&mut self.store, &module, &met)?);
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
