//! Memory limits. An engine's `Tunables` create every memory and table. The tunables here wrap Wasmer's, and reduce the
//! maximum of each memory.
use std::ptr::NonNull;

use anyhow::Result;
use wasmer::sys::vm::{MemoryStyle, TableStyle, VMMemory, VMMemoryDefinition, VMTable, VMTableDefinition};
use wasmer::sys::{BaseTunables, NativeEngineExt, Tunables};
use wasmer::{MemoryError, MemoryType, Pages, TableType};

use crate::catalog::scenario::limit;
use crate::engine::ScenarioTable;
use crate::engine::Support::Do;
use crate::engine::embedding::Transcript;
use crate::engine::wasmer::Wasmer;
use crate::engine::wasmer::api::{Instance, Module, Runtime, Store, imports, message};
use crate::{guest, say};

pub(super) const SCENARIOS: ScenarioTable<Wasmer> = &[(&limit::MEMORY_MAXIMUM, Do(memory_maximum))];

/// Tunables that limit each memory to `pages` pages of 64 KiB.
struct Capped {
    pages: Pages,
    base: BaseTunables,
}

impl Capped {
    /// Reduces the maximum of a memory type to the limit. A minimum above the limit is an error.
    fn cut_down(&self, asked: &MemoryType) -> Result<MemoryType, MemoryError> {
        if asked.minimum > self.pages {
            return Err(MemoryError::MinimumMemoryTooLarge { min_requested: asked.minimum, max_allowed: self.pages });
        }
        let maximum = asked.maximum.map_or(self.pages, |asked| asked.min(self.pages));
        Ok(MemoryType { maximum: Some(maximum), ..*asked })
    }
}

impl Tunables for Capped {
    fn memory_style(&self, memory: &MemoryType) -> MemoryStyle {
        // Called before the memory is created, and cannot fail. Creating a memory above the limit fails later.
        self.base.memory_style(&self.cut_down(memory).unwrap_or(*memory))
    }

    fn table_style(&self, table: &TableType) -> TableStyle {
        self.base.table_style(table)
    }

    fn create_host_memory(&self, ty: &MemoryType, style: &MemoryStyle) -> Result<VMMemory, MemoryError> {
        self.base.create_host_memory(&self.cut_down(ty)?, style)
    }

    unsafe fn create_vm_memory(
        &self,
        ty: &MemoryType,
        style: &MemoryStyle,
        vm_definition_location: NonNull<VMMemoryDefinition>,
    ) -> Result<VMMemory, MemoryError> {
        let ty = self.cut_down(ty)?;
        // SAFETY: the location is passed on unchanged, and the caller guarantees that it is valid.
        unsafe { self.base.create_vm_memory(&ty, style, vm_definition_location) }
    }

    fn create_host_table(&self, ty: &TableType, style: &TableStyle) -> Result<VMTable, String> {
        self.base.create_host_table(ty, style)
    }

    unsafe fn create_vm_table(
        &self,
        ty: &TableType,
        style: &TableStyle,
        vm_definition_location: NonNull<VMTableDefinition>,
    ) -> Result<VMTable, String> {
        // SAFETY: as in `create_vm_memory`.
        unsafe { self.base.create_vm_table(ty, style, vm_definition_location) }
    }
}

/// A runtime and a store whose memories have at most `pages` pages of 64 KiB.
pub(crate) fn capped(wasmer: &Wasmer, pages: u32) -> (Runtime, Store<()>) {
    let mut runtime = wasmer.runtime();
    runtime.set_tunables(Capped { pages: Pages(pages), base: BaseTunables::new() });
    let store = Store::new(&runtime, ());
    (runtime, store)
}

fn memory_maximum(wasmer: &Wasmer, out: &Transcript) -> Result<()> {
    let (runtime, mut store) = capped(wasmer, 3);
    for declared in ["(memory 4)", "(memory 3)", "(memory 1 100)", "(memory 1 2)"] {
        let module = format!("(module {declared} (export \"memory\" (memory 0)))");
        let module = Module::new(&runtime, guest::wasm(&module))?;
        match Instance::new(&mut store, &module, &imports! {}) {
            Err(error) => say!(out, "{declared}: instantiation failed: {}", message(&error)),
            Ok(instance) => {
                let MemoryType { minimum, maximum, .. } = instance.exports.get_memory("memory")?.ty(&store);
                let most = maximum.map_or("any number".into(), |most| most.0.to_string());
                say!(out, "{declared}: instantiated with {} to {most} pages", minimum.0);
            }
        }
    }
    Ok(())
}
