//! Owned objects of the C API, which are deleted when dropped, and wrappers of the functions that use them.
use std::ops::Deref;
use std::ptr::{self, NonNull};

use anyhow::{Context, Result, bail};

use super::bindings::{
    Api, Bytes, Callback, CallbackWithEnv, Engine, ExportType, Extern, Func, FuncType, ImportType, Instance, List,
    Module, Store, Trap, Val, ValType,
};
use super::convert;
use super::interface::{LibraryImport, kind_of};
use crate::engine::embedding::Signature;

/// An object that the host owns and has to delete.
pub(super) struct Owned<T> {
    pointer: NonNull<T>,
    delete: unsafe extern "C" fn(*mut T),
}

impl<T> Owned<T> {
    /// Takes ownership of an object that a function has returned; `None` for a null pointer.
    pub(super) fn new(pointer: *mut T, delete: unsafe extern "C" fn(*mut T)) -> Option<Self> {
        NonNull::new(pointer).map(|pointer| Self { pointer, delete })
    }
}

impl<T> Deref for Owned<T> {
    type Target = *mut T;

    fn deref(&self) -> &*mut T {
        // SAFETY: `NonNull<T>` has the representation of `*mut T`.
        unsafe { &*(&raw const self.pointer).cast() }
    }
}

impl<T> Drop for Owned<T> {
    fn drop(&mut self) {
        // SAFETY: the library created the object, and only its owner deletes it.
        unsafe { (self.delete)(self.pointer.as_ptr()) }
    }
}

pub(super) fn engine(api: &Api) -> Result<Owned<Engine>> {
    // SAFETY: the function has no preconditions.
    let engine = unsafe { (api.wasm_engine_new)() };
    Owned::new(engine, api.wasm_engine_delete).context("the library makes no engine")
}

pub(super) fn store(api: &Api, engine: &Owned<Engine>) -> Result<Owned<Store>> {
    // SAFETY: the engine is valid.
    let store = unsafe { (api.wasm_store_new)(**engine) };
    Owned::new(store, api.wasm_store_delete).context("the library makes no store")
}

pub(super) fn validates(api: &Api, store: &Owned<Store>, wasm: &[u8]) -> bool {
    // SAFETY: the store and the bytes are valid.
    unsafe { (api.wasm_module_validate)(**store, &Bytes::constant(wasm)) }
}

/// Compiles a module; `None` if the library refuses the bytes. The C API gives no reason.
pub(super) fn module(api: &Api, store: &Owned<Store>, wasm: &[u8]) -> Option<Owned<Module>> {
    // SAFETY: the store and the bytes are valid.
    let module = unsafe { (api.wasm_module_new)(**store, &Bytes::constant(wasm)) };
    Owned::new(module, api.wasm_module_delete)
}

/// The artifact of a module; empty if the library makes none.
pub(super) fn serialize(api: &Api, module: &Owned<Module>) -> Vec<u8> {
    let mut bytes = Bytes::EMPTY;
    // SAFETY: the module is valid. The bytes are copied before they are deleted.
    unsafe {
        (api.wasm_module_serialize)(**module, &mut bytes);
        let artifact = bytes.as_slice().to_vec();
        (api.wasm_byte_vec_delete)(&mut bytes);
        artifact
    }
}

/// Why a module has no instance.
pub(super) enum NotMade {
    /// The library returned a trap.
    Trap(Owned<Trap>),
    /// The library returned neither an instance nor a trap.
    Silent,
}

pub(super) fn instantiate(
    api: &Api,
    store: &Owned<Store>,
    module: &Owned<Module>,
    imports: &[*mut Extern],
) -> Result<Owned<Instance>, NotMade> {
    let mut trap = ptr::null_mut();
    // SAFETY: all objects are valid. The imports belong to this store, and the module to its engine.
    let instance = unsafe { (api.wasm_instance_new)(**store, **module, &List::constant(imports), &mut trap) };
    match (Owned::new(instance, api.wasm_instance_delete), Owned::new(trap, api.wasm_trap_delete)) {
        (Some(instance), None) => Ok(instance),
        (_, Some(trap)) => Err(NotMade::Trap(trap)),
        (None, None) => Err(NotMade::Silent),
    }
}

/// The exports of an instance, by name.
pub(super) struct Exports {
    api: &'static Api,
    externs: List<*mut Extern>,
    names: Vec<String>,
}

impl Exports {
    /// Takes the names from the module, because an instance has none. Both lists have the same order.
    pub(super) fn of(api: &'static Api, module: &Owned<Module>, instance: &Owned<Instance>) -> Result<Self> {
        let names = export_names(api, module);
        let mut externs = List::EMPTY;
        // SAFETY: the instance is valid.
        unsafe { (api.wasm_instance_exports)(**instance, &mut externs) };
        let exports = Self { api, externs, names };
        let (there, named) = (exports.externs.size, exports.names.len());
        if there != named {
            bail!("the instance has {there} exports, and its module {named}");
        }
        Ok(exports)
    }

    pub(super) fn get(&self, name: &str) -> Option<*mut Extern> {
        let at = self.names.iter().position(|known| known == name)?;
        // SAFETY: the library filled the list, which lives as long as `self`.
        unsafe { self.externs.as_slice() }.get(at).copied()
    }

    pub(super) fn function(&self, name: &str) -> Result<*mut Func> {
        let found = self.get(name).with_context(|| format!("no function is exported as `{name}`"))?;
        // SAFETY: the list keeps the export valid.
        let function = unsafe { (self.api.wasm_extern_as_func)(found) };
        if function.is_null() {
            bail!("no function is exported as `{name}`");
        }
        Ok(function)
    }
}

impl Drop for Exports {
    fn drop(&mut self) {
        // SAFETY: the library filled the list.
        unsafe { (self.api.wasm_extern_vec_delete)(&mut self.externs) }
    }
}

/// The positions of a module's imports, in the library's order. Wasmi's order differs from the module's.
pub(super) fn import_order(api: &Api, module: &Owned<Module>, imports: &[LibraryImport]) -> Result<Vec<usize>> {
    let mut types: List<*mut ImportType> = List::EMPTY;
    // SAFETY: the module is valid. The properties of the types are copied before the types are deleted.
    let wanted: Vec<_> = unsafe {
        (api.wasm_module_imports)(**module, &mut types);
        let wanted = types.as_slice().iter().map(|of| {
            let module = (*(api.wasm_importtype_module)(*of)).as_slice().to_vec();
            let name = (*(api.wasm_importtype_name)(*of)).as_slice().to_vec();
            (module, name, (api.wasm_externtype_kind)((api.wasm_importtype_type)(*of)))
        });
        let wanted = wanted.collect();
        (api.wasm_importtype_vec_delete)(&mut types);
        wanted
    };
    let mut order = Vec::with_capacity(imports.len());
    for (module, name, kind) in wanted {
        // A module may import a name twice.
        let is_it = |(place, import): &(usize, &LibraryImport)| {
            import.module.as_bytes() == module
                && import.name.as_bytes() == name
                && import.of.extern_kind() == kind
                && !order.contains(place)
        };
        let found = imports.iter().enumerate().find(is_it);
        order.push(found.context("the library tells of an import that the module does not have")?.0);
    }
    if order.len() != imports.len() {
        bail!("the library tells of {} imports, and the module has {}", order.len(), imports.len());
    }
    Ok(order)
}

/// The names of a module's exports, in the library's order.
pub(super) fn export_names(api: &Api, module: &Owned<Module>) -> Vec<String> {
    let mut types: List<*mut ExportType> = List::EMPTY;
    // SAFETY: the module is valid. The names are copied before they are deleted.
    unsafe {
        (api.wasm_module_exports)(**module, &mut types);
        let name =
            |of: &*mut ExportType| String::from_utf8_lossy((*(api.wasm_exporttype_name)(*of)).as_slice()).into_owned();
        let names = types.as_slice().iter().map(name).collect();
        (api.wasm_exporttype_vec_delete)(&mut types);
        names
    }
}

fn function_type(api: &Api, signature: &Signature) -> Result<Owned<FuncType>> {
    let list = |types: &[_]| -> Result<List<*mut ValType>> {
        let kinds = types.iter().map(|ty| kind_of(*ty)).collect::<Result<Vec<_>>>()?;
        let mut list = List::EMPTY;
        // SAFETY: the list takes ownership of the types, and the function type takes ownership of the list.
        unsafe {
            let types: Vec<_> = kinds.into_iter().map(|kind| (api.wasm_valtype_new)(kind)).collect();
            (api.wasm_valtype_vec_new)(&mut list, types.len(), types.as_ptr());
        }
        Ok(list)
    };
    let (mut parameters, mut results) = (list(&signature.parameters)?, list(&signature.results)?);
    // SAFETY: both lists are valid, and the function type takes ownership of them.
    let made = unsafe { (api.wasm_functype_new)(&mut parameters, &mut results) };
    Owned::new(made, api.wasm_functype_delete).context("the library makes no type of a function")
}

/// A host function with an environment. The environment must live as long as guests of the store run.
pub(super) fn function_with_env<T>(
    api: &Api,
    store: &Owned<Store>,
    signature: &Signature,
    callback: CallbackWithEnv,
    env: *const T,
) -> Result<Owned<Func>> {
    let ty = function_type(api, signature)?;
    // SAFETY: all objects are valid, and the callback takes this type of environment.
    let function = unsafe { (api.wasm_func_new_with_env)(**store, *ty, callback, env.cast_mut().cast(), None) };
    Owned::new(function, api.wasm_func_delete).context("the library makes no host function")
}

/// A host function without an environment.
pub(super) fn function(
    api: &Api,
    store: &Owned<Store>,
    signature: &Signature,
    callback: Callback,
) -> Result<Owned<Func>> {
    let ty = function_type(api, signature)?;
    // SAFETY: all objects are valid.
    let function = unsafe { (api.wasm_func_new)(**store, *ty, callback) };
    Owned::new(function, api.wasm_func_delete).context("the library makes no host function")
}

/// A trap with a message.
pub(super) fn new_trap(api: &Api, store: *mut Store, message: &[u8]) -> *mut Trap {
    // SAFETY: the store is valid, and the message is copied.
    unsafe { (api.wasm_trap_new)(store, &Bytes::constant(message)) }
}

/// Calls a function. The error is the trap that ended the call.
#[inline]
pub(super) fn call(api: &Api, function: *mut Func, arguments: &[Val], results: &mut [Val]) -> Result<(), Owned<Trap>> {
    // SAFETY: the function is valid, and both lists have the lengths of its type.
    let trap = unsafe { (api.wasm_func_call)(function, &List::constant(arguments), &mut List::borrowed(results)) };
    match Owned::new(trap, api.wasm_trap_delete) {
        None => Ok(()),
        Some(trap) => Err(trap),
    }
}

/// The message of a trap, as text.
pub(super) fn message(api: &Api, trap: &Owned<Trap>) -> String {
    convert::message(api, **trap)
}
