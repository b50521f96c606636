//! Owned objects of the C API, which are deleted when dropped, and methods of the library that create and use them.
use std::ops::Deref;
use std::ptr::{self, NonNull};
use std::rc::Rc;

use anyhow::{Context, Result, ensure};

use super::bindings::{
    Api, Bytes, Callback, CallbackWithEnv, Engine, Extern, Func, FuncType, Global, Instance, List, Module, Store, Trap,
    Val, ValType,
};
use super::interface::{LibraryImport, kind_of};
use crate::engine::embedding::{Signature, Type};

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

/// A list that the library has filled, and that the host has to delete.
pub(super) struct OwnedList<T> {
    list: List<T>,
    delete: unsafe extern "C" fn(*mut List<T>),
}

impl<T> OwnedList<T> {
    /// The list that `fill`, a function of the library, fills for an object.
    #[inline]
    fn of<O>(
        object: &Owned<O>,
        fill: unsafe extern "C" fn(*const O, *mut List<T>),
        delete: unsafe extern "C" fn(*mut List<T>),
    ) -> Self {
        let mut list = List::EMPTY;
        // SAFETY: the object is valid.
        unsafe { fill(**object, &mut list) };
        Self { list, delete }
    }
}

impl<T> Deref for OwnedList<T> {
    type Target = [T];

    #[inline]
    fn deref(&self) -> &[T] {
        // SAFETY: the library filled the list.
        unsafe { self.list.as_slice() }
    }
}

impl<T> Drop for OwnedList<T> {
    #[inline]
    fn drop(&mut self) {
        // SAFETY: the library filled the list, and only its owner deletes it.
        unsafe { (self.delete)(&mut self.list) }
    }
}

/// A module with its engine. Fields are dropped in order, so an object comes before the objects from which it was made.
pub(super) struct CompiledGuest {
    pub(super) module: Owned<Module>,
    _store: Owned<Store>,
    pub(super) engine: Owned<Engine>,
    pub(super) api: &'static Api,
}

impl CompiledGuest {
    /// Compiles a module with a new engine.
    pub(super) fn new(api: &'static Api, wasm: &[u8]) -> Result<Rc<Self>> {
        Self::with_module(api, |store| api.compile(store, wasm).context("the library refuses the module"))
    }

    /// Creates an engine, and the module that `make` makes in a store of that engine.
    #[inline]
    pub(super) fn with_module(
        api: &'static Api,
        make: impl FnOnce(&Owned<Store>) -> Result<Owned<Module>>,
    ) -> Result<Rc<Self>> {
        let engine = api.new_engine()?;
        let store = api.new_store(&engine)?;
        Ok(Rc::new(Self { module: make(&store)?, _store: store, engine, api }))
    }
}

/// The exports of an instance, by name.
pub(super) struct Exports {
    pub(super) api: &'static Api,
    externs: OwnedList<*mut Extern>,
    names: Vec<String>,
}

impl Exports {
    /// Takes the names from the module, because an instance has none. Both lists have the same order.
    pub(super) fn of(api: &'static Api, module: &Owned<Module>, instance: &Owned<Instance>) -> Result<Self> {
        let (externs, names) = (api.exports(instance), api.export_names(module));
        let (there, named) = (externs.len(), names.len());
        ensure!(there == named, "the instance has {there} exports, and its module {named}");
        Ok(Self { api, externs, names })
    }

    pub(super) fn get(&self, name: &str) -> Option<*mut Extern> {
        let at = self.names.iter().position(|known| known == name)?;
        self.externs.get(at).copied()
    }

    pub(super) fn function(&self, name: &str) -> Result<*mut Func> {
        // SAFETY: the list keeps the export valid.
        let function = self.get(name).map(|export| unsafe { (self.api.wasm_extern_as_func)(export) });
        function.filter(|function| !function.is_null()).with_context(|| format!("no function is exported as `{name}`"))
    }
}

/// Why a module has no instance.
pub(super) enum NotMade {
    /// The library returned a trap.
    Trap(Owned<Trap>),
    /// The library returned neither an instance nor a trap.
    Silent,
}

impl Api {
    pub(super) fn new_engine(&self) -> Result<Owned<Engine>> {
        // SAFETY: the function has no preconditions.
        let engine = unsafe { (self.wasm_engine_new)() };
        Owned::new(engine, self.wasm_engine_delete).context("the library makes no engine")
    }

    pub(super) fn new_store(&self, engine: &Owned<Engine>) -> Result<Owned<Store>> {
        // SAFETY: the engine is valid.
        let store = unsafe { (self.wasm_store_new)(**engine) };
        Owned::new(store, self.wasm_store_delete).context("the library makes no store")
    }

    pub(super) fn validates(&self, store: &Owned<Store>, wasm: &[u8]) -> bool {
        // SAFETY: the store and the bytes are valid.
        unsafe { (self.wasm_module_validate)(**store, &Bytes::constant(wasm)) }
    }

    /// Compiles a module; `None` if the library refuses the bytes. The C API gives no reason.
    pub(super) fn compile(&self, store: &Owned<Store>, wasm: &[u8]) -> Option<Owned<Module>> {
        // SAFETY: the store and the bytes are valid.
        let module = unsafe { (self.wasm_module_new)(**store, &Bytes::constant(wasm)) };
        Owned::new(module, self.wasm_module_delete)
    }

    /// The artifact of a module; empty if the library makes none.
    pub(super) fn serialize(&self, module: &Owned<Module>) -> Vec<u8> {
        OwnedList::of(module, self.wasm_module_serialize, self.wasm_byte_vec_delete).to_vec()
    }

    pub(super) fn instantiate(
        &self,
        store: &Owned<Store>,
        module: &Owned<Module>,
        imports: &[*mut Extern],
    ) -> Result<Owned<Instance>, NotMade> {
        let mut trap = ptr::null_mut();
        // SAFETY: all objects are valid. The imports belong to this store, and the module to its engine.
        let instance = unsafe { (self.wasm_instance_new)(**store, **module, &List::constant(imports), &mut trap) };
        match (Owned::new(instance, self.wasm_instance_delete), Owned::new(trap, self.wasm_trap_delete)) {
            (Some(instance), None) => Ok(instance),
            (_, Some(trap)) => Err(NotMade::Trap(trap)),
            (None, None) => Err(NotMade::Silent),
        }
    }

    /// The exports of an instance, in the library's order.
    #[inline]
    pub(super) fn exports(&self, instance: &Owned<Instance>) -> OwnedList<*mut Extern> {
        OwnedList::of(instance, self.wasm_instance_exports, self.wasm_extern_vec_delete)
    }

    /// The names of a module's exports, in the library's order.
    pub(super) fn export_names(&self, module: &Owned<Module>) -> Vec<String> {
        let types = OwnedList::of(module, self.wasm_module_exports, self.wasm_exporttype_vec_delete);
        // SAFETY: a type and its name are valid as long as the list.
        let names = types.iter().map(|of| unsafe { (*(self.wasm_exporttype_name)(*of)).as_slice() });
        names.map(|name| String::from_utf8_lossy(name).into_owned()).collect()
    }

    /// The positions of a module's imports, in the library's order. Wasmi's order differs from the module's.
    pub(super) fn import_order(&self, module: &Owned<Module>, imports: &[LibraryImport]) -> Result<Vec<usize>> {
        let mut order = Vec::with_capacity(imports.len());
        let types = OwnedList::of(module, self.wasm_module_imports, self.wasm_importtype_vec_delete);
        for of in types.iter() {
            // SAFETY: a type and its properties are valid as long as the list.
            let (module, name, kind) = unsafe {
                let module = (*(self.wasm_importtype_module)(*of)).as_slice();
                let name = (*(self.wasm_importtype_name)(*of)).as_slice();
                (module, name, (self.wasm_externtype_kind)((self.wasm_importtype_type)(*of)))
            };
            // A module may import a name twice.
            let found = imports.iter().enumerate().position(|(place, import)| {
                (import.module.as_bytes(), import.name.as_bytes(), import.of.extern_kind()) == (module, name, kind)
                    && !order.contains(&place)
            });
            order.push(found.context("the library tells of an import that the module does not have")?);
        }
        let (told, there) = (order.len(), imports.len());
        ensure!(told == there, "the library tells of {told} imports, and the module has {there}");
        Ok(order)
    }

    fn function_type(&self, signature: &Signature) -> Result<Owned<FuncType>> {
        let list = |types: &[Type]| -> Result<List<*mut ValType>> {
            let kinds = types.iter().map(|ty| kind_of(*ty)).collect::<Result<Vec<_>>>()?;
            let mut list = List::EMPTY;
            // SAFETY: the list takes ownership of the types, and the function type takes ownership of the list.
            unsafe {
                let types: Vec<_> = kinds.into_iter().map(|kind| (self.wasm_valtype_new)(kind)).collect();
                (self.wasm_valtype_vec_new)(&mut list, types.len(), types.as_ptr());
            }
            Ok(list)
        };
        let (mut parameters, mut results) = (list(&signature.parameters)?, list(&signature.results)?);
        // SAFETY: both lists are valid, and the function type takes ownership of them.
        let made = unsafe { (self.wasm_functype_new)(&mut parameters, &mut results) };
        Owned::new(made, self.wasm_functype_delete).context("the library makes no type of a function")
    }

    /// A host function with an environment. The environment must live as long as guests of the store run.
    pub(super) fn new_function_with_env<T>(
        &self,
        store: &Owned<Store>,
        signature: &Signature,
        callback: CallbackWithEnv,
        env: *const T,
    ) -> Result<Owned<Func>> {
        let ty = self.function_type(signature)?;
        // SAFETY: all objects are valid, and the callback takes this type of environment.
        let function = unsafe { (self.wasm_func_new_with_env)(**store, *ty, callback, env.cast_mut().cast(), None) };
        Owned::new(function, self.wasm_func_delete).context("the library makes no host function")
    }

    /// A host function without an environment.
    pub(super) fn new_function(
        &self,
        store: &Owned<Store>,
        signature: &Signature,
        callback: Callback,
    ) -> Result<Owned<Func>> {
        let ty = self.function_type(signature)?;
        // SAFETY: all objects are valid.
        let function = unsafe { (self.wasm_func_new)(**store, *ty, callback) };
        Owned::new(function, self.wasm_func_delete).context("the library makes no host function")
    }

    /// A global with the type of its value.
    pub(super) fn new_global(&self, store: &Owned<Store>, mutable: bool, value: &Val) -> Result<Owned<Global>> {
        // SAFETY: the store is valid. The global type takes ownership of the value type.
        unsafe {
            let of = (self.wasm_globaltype_new)((self.wasm_valtype_new)(value.kind), u8::from(mutable));
            let of = Owned::new(of, self.wasm_globaltype_delete).context("the library makes no type")?;
            let global = (self.wasm_global_new)(**store, *of, value);
            Owned::new(global, self.wasm_global_delete).context("the library makes no global")
        }
    }

    /// A trap with a message.
    pub(super) fn new_trap(&self, store: *mut Store, message: &[u8]) -> *mut Trap {
        // SAFETY: the store is valid, and the message is copied.
        unsafe { (self.wasm_trap_new)(store, &Bytes::constant(message)) }
    }

    /// Calls a function. The error is the trap that ended the call.
    #[inline]
    pub(super) fn call(&self, function: *mut Func, arguments: &[Val], results: &mut [Val]) -> Result<(), Owned<Trap>> {
        // SAFETY: the function is valid, and both lists have the lengths of its type.
        let trap = unsafe { (self.wasm_func_call)(function, &List::constant(arguments), &mut List::borrowed(results)) };
        match Owned::new(trap, self.wasm_trap_delete) {
            None => Ok(()),
            Some(trap) => Err(trap),
        }
    }

    /// The unchanged bytes of a trap's message.
    pub(super) fn message_bytes(&self, trap: &Owned<Trap>) -> Vec<u8> {
        OwnedList::of(trap, self.wasm_trap_message, self.wasm_byte_vec_delete).to_vec()
    }

    /// The message of a trap, as text without the final NUL.
    pub(super) fn message(&self, trap: &Owned<Trap>) -> String {
        String::from_utf8_lossy(&self.message_bytes(trap)).trim_end_matches('\0').to_owned()
    }
}
