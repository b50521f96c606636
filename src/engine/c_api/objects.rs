//! The C API's objects, each given back when it is dropped, and what is done with them.
use std::ops::Deref;
use std::ptr::{self, NonNull};

use anyhow::{Context, Result, bail};

use super::bindings::{
    Api, Bytes, Callback, CallbackWithEnv, Engine, ExportType, Extern, Func, FuncType, ImportType, Instance, List,
    Module, Store, Trap, Val, ValType,
};
use super::convert;
use super::interface::{LibraryImport, LibrarySignature, kind_of};

/// An object that the host has to give back.
pub(super) struct Owned<T> {
    pointer: NonNull<T>,
    delete: unsafe extern "C" fn(*mut T),
}

impl<T> Owned<T> {
    /// Of a function that returns an object, or nothing.
    pub(super) fn new(pointer: *mut T, delete: unsafe extern "C" fn(*mut T)) -> Option<Self> {
        NonNull::new(pointer).map(|pointer| Self { pointer, delete })
    }
}

impl<T> Deref for Owned<T> {
    type Target = *mut T;

    fn deref(&self) -> &*mut T {
        // SAFETY: both are one pointer.
        unsafe { &*(&raw const self.pointer).cast() }
    }
}

impl<T> Drop for Owned<T> {
    fn drop(&mut self) {
        // SAFETY: it was made by the library, and nobody else gives it back.
        unsafe { (self.delete)(self.pointer.as_ptr()) }
    }
}

pub(super) fn engine(api: &Api) -> Result<Owned<Engine>> {
    // SAFETY: it has no conditions.
    let engine = unsafe { (api.wasm_engine_new)() };
    Owned::new(engine, api.wasm_engine_delete).context("the library makes no engine")
}

pub(super) fn store(api: &Api, engine: &Owned<Engine>) -> Result<Owned<Store>> {
    // SAFETY: the engine is there.
    let store = unsafe { (api.wasm_store_new)(**engine) };
    Owned::new(store, api.wasm_store_delete).context("the library makes no store")
}

pub(super) fn validates(api: &Api, store: &Owned<Store>, wasm: &[u8]) -> bool {
    // SAFETY: both are there.
    unsafe { (api.wasm_module_validate)(**store, &Bytes::constant(wasm)) }
}

/// Nothing where it refuses the bytes: the C API has no place for a reason.
pub(super) fn module(api: &Api, store: &Owned<Store>, wasm: &[u8]) -> Option<Owned<Module>> {
    // SAFETY: both are there.
    let module = unsafe { (api.wasm_module_new)(**store, &Bytes::constant(wasm)) };
    Owned::new(module, api.wasm_module_delete)
}

/// The artifact of a module; nothing where the library makes none.
pub(super) fn serialize(api: &Api, module: &Owned<Module>) -> Vec<u8> {
    let mut bytes = Bytes::EMPTY;
    // SAFETY: the module is there; what is filled is copied, and then given back.
    unsafe {
        (api.wasm_module_serialize)(**module, &mut bytes);
        let artifact = bytes.as_slice().to_vec();
        (api.wasm_byte_vec_delete)(&mut bytes);
        artifact
    }
}

/// Why there is no instance.
pub(super) enum NotMade {
    /// The library says why.
    Trap(Owned<Trap>),
    /// It does not.
    Silent,
}

pub(super) fn instantiate(
    api: &Api,
    store: &Owned<Store>,
    module: &Owned<Module>,
    imports: &[*mut Extern],
) -> Result<Owned<Instance>, NotMade> {
    let mut trap = ptr::null_mut();
    // SAFETY: all are there, and of this store.
    let instance = unsafe { (api.wasm_instance_new)(**store, **module, &List::constant(imports), &mut trap) };
    match (Owned::new(instance, api.wasm_instance_delete), Owned::new(trap, api.wasm_trap_delete)) {
        (Some(instance), None) => Ok(instance),
        (_, Some(trap)) => Err(NotMade::Trap(trap)),
        (None, None) => Err(NotMade::Silent),
    }
}

/// What an instance exports, by name.
pub(super) struct Exports {
    api: &'static Api,
    externs: List<*mut Extern>,
    names: Vec<String>,
}

impl Exports {
    /// The names are the module's, since an instance has none; both have one order.
    pub(super) fn of(api: &'static Api, module: &Owned<Module>, instance: &Owned<Instance>) -> Result<Self> {
        let names = export_names(api, module);
        let mut externs = List::EMPTY;
        // SAFETY: the instance is there.
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
        // SAFETY: the library filled the list, and it lives as long as this.
        unsafe { self.externs.as_slice() }.get(at).copied()
    }

    pub(super) fn function(&self, name: &str) -> Result<*mut Func> {
        let found = self.get(name).with_context(|| format!("no function is exported as `{name}`"))?;
        // SAFETY: the list holds it.
        let function = unsafe { (self.api.wasm_extern_as_func)(found) };
        if function.is_null() {
            bail!("no function is exported as `{name}`");
        }
        Ok(function)
    }
}

impl Drop for Exports {
    fn drop(&mut self) {
        // SAFETY: the library filled it.
        unsafe { (self.api.wasm_extern_vec_delete)(&mut self.externs) }
    }
}

/// The places of a module's imports, in the order in which its library takes them: wasmi's is not the module's.
pub(super) fn import_order(api: &Api, module: &Owned<Module>, imports: &[LibraryImport]) -> Result<Vec<usize>> {
    let mut types: List<*mut ImportType> = List::EMPTY;
    // SAFETY: the module is there; what is asked of the types is copied before they are given back.
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
        // One name may be imported twice.
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

/// The names of a module's exports, in the order of its library.
pub(super) fn export_names(api: &Api, module: &Owned<Module>) -> Vec<String> {
    let mut types: List<*mut ExportType> = List::EMPTY;
    // SAFETY: the module is there; the names are copied before they are given back.
    unsafe {
        (api.wasm_module_exports)(**module, &mut types);
        let name =
            |of: &*mut ExportType| String::from_utf8_lossy((*(api.wasm_exporttype_name)(*of)).as_slice()).into_owned();
        let names = types.as_slice().iter().map(name).collect();
        (api.wasm_exporttype_vec_delete)(&mut types);
        names
    }
}

fn function_type(api: &Api, signature: &LibrarySignature) -> Result<Owned<FuncType>> {
    let list = |types: &[_]| -> Result<List<*mut ValType>> {
        let kinds = types.iter().map(|ty| kind_of(*ty)).collect::<Result<Vec<_>>>()?;
        let mut list = List::EMPTY;
        // SAFETY: the list takes the types, and the function's type the list.
        unsafe {
            let types: Vec<_> = kinds.into_iter().map(|kind| (api.wasm_valtype_new)(kind)).collect();
            (api.wasm_valtype_vec_new)(&mut list, types.len(), types.as_ptr());
        }
        Ok(list)
    };
    let (mut parameters, mut results) = (list(&signature.parameters)?, list(&signature.results)?);
    // SAFETY: both lists are there, and are taken.
    let made = unsafe { (api.wasm_functype_new)(&mut parameters, &mut results) };
    Owned::new(made, api.wasm_functype_delete).context("the library makes no type of a function")
}

/// A host function with an environment, which has to live as long as the store.
pub(super) fn function_with_env<T>(
    api: &Api,
    store: &Owned<Store>,
    signature: &LibrarySignature,
    callback: CallbackWithEnv,
    env: *const T,
) -> Result<Owned<Func>> {
    let ty = function_type(api, signature)?;
    // SAFETY: all are there, and the callback takes such an environment.
    let function = unsafe { (api.wasm_func_new_with_env)(**store, *ty, callback, env.cast_mut().cast(), None) };
    Owned::new(function, api.wasm_func_delete).context("the library makes no host function")
}

/// A host function without one.
pub(super) fn function(
    api: &Api,
    store: &Owned<Store>,
    signature: &LibrarySignature,
    callback: Callback,
) -> Result<Owned<Func>> {
    let ty = function_type(api, signature)?;
    // SAFETY: all are there.
    let function = unsafe { (api.wasm_func_new)(**store, *ty, callback) };
    Owned::new(function, api.wasm_func_delete).context("the library makes no host function")
}

/// A trap with a message.
pub(super) fn new_trap(api: &Api, store: *mut Store, message: &[u8]) -> *mut Trap {
    // SAFETY: the store is there, and the message is copied.
    unsafe { (api.wasm_trap_new)(store, &Bytes::constant(message)) }
}

/// Calls a function.
#[inline]
pub(super) fn call(api: &Api, function: *mut Func, arguments: &[Val], results: &mut [Val]) -> Result<(), Owned<Trap>> {
    // SAFETY: the function is there, and both lists have the lengths that its type has.
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
