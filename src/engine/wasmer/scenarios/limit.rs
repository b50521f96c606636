//! Limits are set by the engine's `Tunables`, which make every memory and table: ours wrap Wasmer's, and cut down what
//! is asked for.
use std::ptr::NonNull;

use anyhow::Result;
use wasmer::sys::vm::{MemoryStyle, TableStyle, VMMemory, VMMemoryDefinition, VMTable, VMTableDefinition};
use wasmer::sys::{BaseTunables, NativeEngineExt, Tunables};
use wasmer::{
    Function, Instance, InstantiationError, Memory, MemoryError, MemoryType, Module, Pages, Store, TableType,
    TypedFunction, imports,
};

use super::Theme;
use super::stage::told;
use crate::catalog::scenario::limit;
use crate::engine::Support::Do;
use crate::engine::embedding::Transcript;
use crate::engine::wasmer::Wasmer;
use crate::exit_code::ExitCode;
use crate::{guest, say};

pub(super) const CAN: Theme = &[
    (&limit::MEMORY_GROW, Do(memory_grow)),
    (&limit::MEMORY_MINIMUM, Do(memory_minimum)),
    (&limit::MEMORY_MAXIMUM, Do(memory_maximum)),
    (&limit::MEMORY_OF_THE_HOST, Do(memory_of_the_host)),
    (&limit::EXIT, Do(exit)),
];

/// No memory larger than this.
struct Capped {
    pages: Pages,
    base: BaseTunables,
}

impl Capped {
    /// What is asked for, with the smaller of its maximum and ours.
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
        // Asked before the memory is made, and not able to fail.
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
        // SAFETY: the location is handed on as it came; what is asked of it is asked of our caller.
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
        // SAFETY: as for a memory.
        unsafe { self.base.create_vm_table(ty, style, vm_definition_location) }
    }
}

/// A store whose memories have three pages at most.
fn capped(wasmer: &Wasmer) -> Store {
    let mut engine = wasmer.engine();
    engine.set_tunables(Capped { pages: Pages(3), base: BaseTunables::new() });
    Store::new(engine)
}

fn memory_grow(wasmer: &Wasmer, out: &Transcript) -> Result<()> {
    let mut guest = Guest::within(capped(wasmer))?;
    guest.call("grow", &[1], out)?;
    guest.call("grow", &[2], out)?;
    guest.call("size", &[], out)?;
    guest.call("grow", &[1], out)?;
    guest.call("grow", &[1], out)?;
    guest.call("size", &[], out)?;
    let memory = guest.instance.exports.get_memory("memory")?;
    say!(out, "the host's view: {} bytes", memory.view(&guest.store).data_size());
    Ok(())
}

fn memory_minimum(wasmer: &Wasmer, out: &Transcript) -> Result<()> {
    let mut store = capped(wasmer);
    for declared in ["(memory 4)", "(memory 3)"] {
        match declare(&mut store, declared)? {
            Err(error) => say!(out, "{declared}: instantiation failed: {error}"),
            Ok(made) => say!(out, "{declared}: instantiated with {} pages", made.minimum.0),
        }
    }
    Ok(())
}

fn memory_maximum(wasmer: &Wasmer, out: &Transcript) -> Result<()> {
    let mut store = capped(wasmer);
    for declared in ["(memory 4)", "(memory 3)", "(memory 1 100)", "(memory 1 2)"] {
        match declare(&mut store, declared)? {
            Err(error) => say!(out, "{declared}: instantiation failed: {error}"),
            Ok(MemoryType { minimum, maximum, .. }) => {
                let most = maximum.map_or("any number".into(), |most| most.0.to_string());
                say!(out, "{declared}: instantiated with {} to {most} pages", minimum.0);
            }
        }
    }
    Ok(())
}

/// A guest with that memory: of what type it was made, or why not.
fn declare(store: &mut Store, declared: &str) -> Result<Result<MemoryType, InstantiationError>> {
    let module = format!("(module {declared} (export \"memory\" (memory 0)))");
    let module = Module::new(store, guest::wasm(&module))?;
    Ok(match Instance::new(store, &module, &imports! {}) {
        Ok(instance) => Ok(instance.exports.get_memory("memory")?.ty(store)),
        Err(refused) => Err(refused),
    })
}

fn memory_of_the_host(wasmer: &Wasmer, out: &Transcript) -> Result<()> {
    let mut store = capped(wasmer);
    match Memory::new(&mut store, MemoryType::new(4, None, false)) {
        Ok(_) => say!(out, "a memory of 4 pages: made"),
        Err(error) => say!(out, "a memory of 4 pages: refused: {error}"),
    }
    let memory = Memory::new(&mut store, MemoryType::new(1, None, false))?;
    let text = "(module (import \"env\" \"memory\" (memory 1)) \
                (func (export \"grow\") (param i32) (result i32) (memory.grow (local.get 0))))";
    let module = Module::new(&store, guest::wasm(text))?;
    let instance = Instance::new(&mut store, &module, &imports! { "env" => { "memory" => memory.clone() } })?;
    let grow: TypedFunction<i32, i32> = instance.exports.get_typed_function(&store, "grow")?;
    for _ in 0..2 {
        say!(out, "the guest grows by 1: returned {}", grow.call(&mut store, 1)?);
        match memory.grow(&mut store, 1) {
            Ok(before) => say!(out, "the host grows by 1: from {} pages", before.0),
            Err(error) => say!(out, "the host grows by 1: refused: {error}"),
        }
    }
    say!(out, "in the end: {} pages", memory.view(&store).size().0);
    Ok(())
}

fn exit(wasmer: &Wasmer, out: &Transcript) -> Result<()> {
    let mut guest = Guest::within(capped(wasmer))?;
    guest.call("take_all_and_exit", &[], out)?;
    let mut word = [0; 4];
    guest.instance.exports.get_memory("memory")?.view(&guest.store).read(3 * 65536 - 4, &mut word)?;
    say!(out, "in the last word: {}", i32::from_le_bytes(word));
    guest.call("take_all_and_exit", &[], out)?;
    guest.call("size", &[], out)
}

/// The growing guest, at work.
struct Guest {
    store: Store,
    instance: Instance,
}

impl Guest {
    fn within(mut store: Store) -> Result<Self> {
        let module = Module::new(&store, guest::wasm(guest::GROWING))?;
        let early_exit = |code: u32| -> Result<(), ExitCode> { Err(ExitCode(code)) };
        let imports = imports! { "env" => { "early_exit" => Function::new_typed(&mut store, early_exit) } };
        let instance = Instance::new(&mut store, &module, &imports)?;
        Ok(Self { store, instance })
    }

    fn call(&mut self, export: &str, arguments: &[i32], out: &Transcript) -> Result<()> {
        say!(out, "{}", told(&mut self.store, &self.instance, export, arguments)?);
        Ok(())
    }
}
