//! The any-module interface for libraries with the C API.
use std::cell::Cell;
use std::collections::HashMap;
use std::ffi::c_void;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, anyhow, bail, ensure};

use super::bindings::{
    Api, Bytes, Engine, Extern, Func, Global, Instance, Memory, Module, Payload, Store, Table, Trap, Val, Values, kind,
};
use super::convert::{cause, from_engine, to_engine, trap};
use super::interface::{ImportType, LibraryImport, LibraryInterface};
use super::objects::{CompiledGuest, Exports, NotMade, Owned};
use super::{CApi, version};
use crate::engine::embedding::{
    Artifact, Compiled, Embedding, Host, Import, LinkedModules, ModuleInstance, NotInstantiated, Outcome, Signature,
    Unsupported, Value, timed,
};
use crate::exit_code::ExitCode;

/// The message of the trap with which a host function exits.
pub(super) fn exit_message(code: ExitCode) -> String {
    format!("exit code: {code}")
}

/// The error for a module that the library refuses.
fn refused(wasm: &[u8]) -> anyhow::Error {
    // The C API gives no reason, but `wasmparser` may.
    match wasmparser::validate(wasm) {
        Err(error) => anyhow!("refused without a reason; it is not valid: {error}"),
        Ok(_) => anyhow!("refused without a reason"),
    }
}

impl Embedding for CApi {
    fn validate(&self, wasm: &[u8]) -> Result<()> {
        let engine = self.api.new_engine()?;
        let store = self.api.new_store(&engine)?;
        if self.api.validates(&store, wasm) { Ok(()) } else { Err(refused(wasm)) }
    }

    fn compile(&self, wasm: &[u8]) -> Result<Box<dyn Compiled>> {
        let api = self.api;
        let interface = LibraryInterface::read(wasm);
        if let Err(error) = &interface
            && error.is::<Unsupported>()
        {
            return Err(interface.unwrap_err());
        }
        let guest = CompiledGuest::with_module(api, |store| api.compile(store, wasm).ok_or_else(|| refused(wasm)))?;
        Ok(Box::new(LibraryModule { guest, interface: Arc::new(interface?) }))
    }

    fn compile_metered(&self, _: &[u8], _: u64) -> Result<Box<dyn Compiled>> {
        bail!(Unsupported("the C API counts no fuel".into()))
    }

    fn linked_modules(&self) -> Result<Box<dyn LinkedModules>> {
        let engine = self.api.new_engine()?;
        let store = self.api.new_store(&engine)?;
        let (modules, instances, names) = (Vec::new(), Vec::new(), HashMap::new());
        Ok(Box::new(LinkedLibraryInstances { instances, modules, names, store, _engine: engine, api: self.api }))
    }
}

// Fields are dropped in order. So in each struct, an object comes before the objects from which it was made.

struct LibraryModule {
    guest: Rc<CompiledGuest>,
    interface: Arc<LibraryInterface>,
}

impl Compiled for LibraryModule {
    fn serialize(&self) -> Result<Box<dyn Artifact>> {
        let api = self.guest.api;
        if version::is_wasmi(api) {
            bail!(Unsupported("an interpreter has no artifacts".into()));
        }
        let bytes = api.serialize(&self.guest.module);
        ensure!(!bytes.is_empty(), "the library serialises it to nothing");
        Ok(Box::new(SerializedLibraryModule { api, bytes, interface: self.interface.clone() }))
    }

    fn instantiate(&self, host: Host) -> Result<Box<dyn ModuleInstance>, NotInstantiated> {
        let (api, guest) = (self.guest.api, self.guest.clone());
        let store = api.new_store(&guest.engine).map_err(NotInstantiated::Unlinked)?;
        let ended = Rc::default();
        let stubs = self.interface.imports.iter().enumerate().map(|(place, import)| {
            Stub::new(api, &store, place, import, &host, &ended)
                .with_context(|| format!("the import {}.{}", import.module, import.name))
        });
        let stubs = stubs.collect::<Result<Vec<_>>>().map_err(NotInstantiated::Unlinked)?;
        let imports: Vec<_> = stubs.iter().map(|stub| stub.as_extern(api)).collect();
        let linked = LinkedInstance::new(api, &store, &guest.module, &self.interface, &imports, &ended)?;
        Ok(Box::new(LibraryInstance { linked, _stubs: stubs, _store: store, _guest: guest, ended }))
    }
}

struct SerializedLibraryModule {
    api: &'static Api,
    bytes: Vec<u8>,
    interface: Arc<LibraryInterface>,
}

impl Artifact for SerializedLibraryModule {
    fn size(&self) -> u64 {
        self.bytes.len() as u64
    }

    fn load(&self) -> Result<(Box<dyn Compiled>, Duration)> {
        let (api, interface) = (self.api, self.interface.clone());
        let mut took = Duration::ZERO;
        let guest = CompiledGuest::with_module(api, |store| {
            // SAFETY: the store is valid, and the bytes are an artifact of the same library.
            let deserialize = || unsafe { (api.wasm_module_deserialize)(**store, &Bytes::constant(&self.bytes)) };
            let (time, module) = timed(deserialize);
            took = time;
            Owned::new(module, api.wasm_module_delete).context("refused without a reason")
        })?;
        Ok((Box::new(LibraryModule { guest, interface }), took))
    }
}

/// How a host function ended its guest, if it did: by an exit, a panic or a failure. The caller of the guest reads this.
type HostEnd = Cell<Option<Outcome>>;

/// Converts a trap to an outcome: the end by the host function, if any, or else a trap of the guest. An exit counts only if
/// the trap has the exit's message.
fn outcome(api: &Api, trap: &Owned<Trap>, ended: Option<Outcome>) -> Outcome {
    let message = api.message(trap);
    match ended {
        Some(Outcome::Exited(code)) if !cause(&message).contains(&exit_message(code)) => {
            Outcome::Failed(format!("exit code {code}, and the message came back as: {message}"))
        }
        Some(ended) => ended,
        None => self::trap(&message).map_or(Outcome::Failed(message), Outcome::Trapped),
    }
}

fn not_instantiated(api: &Api, not_made: &NotMade, ended: Option<Outcome>) -> NotInstantiated {
    match not_made {
        NotMade::Silent => NotInstantiated::Unlinked(anyhow!("the library makes no instance, and does not say why")),
        // Libraries report unsuitable imports by a trap too.
        NotMade::Trap(trap) => match outcome(api, trap, ended) {
            Outcome::Failed(message) => NotInstantiated::Unlinked(anyhow!(message)),
            start => NotInstantiated::Start(start),
        },
    }
}

/// A stub for an import.
enum Stub {
    Function(Owned<Func>, #[expect(dead_code, reason = "the function's environment")] Rc<HostFunction>),
    Global(Owned<Global>),
    Table(Owned<Table>),
    Memory(Owned<Memory>),
}

impl Stub {
    fn new(
        api: &'static Api,
        store: &Owned<Store>,
        place: usize,
        import: &LibraryImport,
        host: &Host,
        ended: &Rc<HostEnd>,
    ) -> Result<Self> {
        // SAFETY: the store is valid. A type is valid until it is deleted, and takes ownership of its value type.
        Ok(unsafe {
            match &import.of {
                ImportType::Function(signature) => {
                    let (module, name) = (import.module.clone(), import.name.clone());
                    let import = Import { module, name, place, results: signature.results.clone() };
                    let env = HostFunction { api, store: **store, import, host: host.clone(), ended: ended.clone() };
                    let env = Rc::new(env);
                    Self::Function(api.new_function_with_env(store, signature, answer, Rc::as_ptr(&env))?, env)
                }
                ImportType::Global { kind, mutable } => {
                    let zero = Val { kind: *kind, of: Payload { i64: 0 } };
                    Self::Global(api.new_global(store, *mutable, &zero)?)
                }
                ImportType::Table { kind, limits } => {
                    let of = (api.wasm_tabletype_new)((api.wasm_valtype_new)(*kind), limits);
                    let of = Owned::new(of, api.wasm_tabletype_delete).context("the library makes no type")?;
                    let table = (api.wasm_table_new)(**store, *of, std::ptr::null_mut());
                    Self::Table(Owned::new(table, api.wasm_table_delete).context("the library makes no table")?)
                }
                ImportType::Memory(limits) => {
                    let of = (api.wasm_memorytype_new)(limits);
                    let of = Owned::new(of, api.wasm_memorytype_delete).context("the library makes no type")?;
                    let memory = (api.wasm_memory_new)(**store, *of);
                    Self::Memory(Owned::new(memory, api.wasm_memory_delete).context("the library makes no memory")?)
                }
            }
        })
    }

    fn as_extern(&self, api: &Api) -> *mut Extern {
        // SAFETY: each object is valid.
        unsafe {
            match self {
                Self::Function(function, _) => (api.wasm_func_as_extern)(**function),
                Self::Global(global) => (api.wasm_global_as_extern)(**global),
                Self::Table(table) => (api.wasm_table_as_extern)(**table),
                Self::Memory(memory) => (api.wasm_memory_as_extern)(**memory),
            }
        }
    }
}

/// The environment of an imported function.
struct HostFunction {
    api: &'static Api,
    store: *mut Store,
    import: Import,
    host: Host,
    ended: Rc<HostEnd>,
}

/// The callback of all imported functions: calls the host, and ends the guest by a trap if the host exits, fails or panics.
unsafe extern "C" fn answer(env: *mut c_void, arguments: *const Values, results: *mut Values) -> *mut Trap {
    // SAFETY: the environment is a `HostFunction`, which lives as long as its store. The lists are valid during the call.
    let (function, arguments, results) =
        unsafe { (&*env.cast::<HostFunction>(), (*arguments).as_slice(), &mut *results) };
    let HostFunction { api, store, import, host, ended } = function;
    let values = || -> Result<Vec<Val>, Outcome> {
        let failed = |error: anyhow::Error| Outcome::Failed(error.to_string());
        // The library owns the arguments, so the host must not delete their references.
        let arguments: Result<Vec<_>> = arguments.iter().map(|value| from_borrowed(api, value)).collect();
        let answered = host(import, &arguments.map_err(failed)?).map_err(Outcome::Exited)?;
        answered.into_iter().map(to_engine).collect::<Result<_>>().map_err(failed)
    };
    let end = match catch_unwind(AssertUnwindSafe(values)) {
        Ok(Ok(values)) if values.len() == results.size => {
            for (n, value) in values.into_iter().enumerate() {
                // SAFETY: the list has as many places as there are values.
                unsafe { results.data.add(n).write(value) }
            }
            return std::ptr::null_mut();
        }
        Ok(Ok(values)) => Outcome::Failed(format!("{} results, and not {}", values.len(), results.size)),
        Ok(Err(end)) => end,
        Err(panic) => Outcome::panicked(&*panic),
    };
    let message = match &end {
        Outcome::Exited(code) => exit_message(*code),
        Outcome::Panicked(message) | Outcome::Failed(message) => message.replace('\0', " "),
        // A host function returns or traps in no other way.
        other => other.to_string(),
    };
    ended.set(Some(end));
    api.new_trap(*store, format!("{message}\0").as_bytes())
}

/// Converts a value that the library owns.
fn from_borrowed(api: &Api, value: &Val) -> Result<Value> {
    if value.kind == kind::FUNCREF {
        // SAFETY: a value of this kind is a reference.
        return Ok(Value::FuncRef(unsafe { !value.of.reference.is_null() }));
    }
    from_engine(api, &mut value.clone())
}

/// An instance of the user's module.
struct LibraryInstance {
    linked: LinkedInstance,
    _stubs: Vec<Stub>,
    _store: Owned<Store>,
    _guest: Rc<CompiledGuest>,
    ended: Rc<HostEnd>,
}

impl ModuleInstance for LibraryInstance {
    fn call(&mut self, export: &str, arguments: &[Value]) -> Outcome {
        self.linked.call(export, arguments, &self.ended)
    }

    fn global(&mut self, export: &str) -> Option<Value> {
        self.linked.global(export)
    }

    fn memory(&mut self, export: &str, piece: &mut dyn FnMut(&[u8])) -> Option<u64> {
        let api = self.linked.exports.api;
        // SAFETY: the memory is valid, and its size does not change while no guest runs.
        let bytes = unsafe {
            let memory = (api.wasm_extern_as_memory)(self.linked.exports.get(export)?);
            if memory.is_null() {
                return None;
            }
            let (size, data) = ((api.wasm_memory_data_size)(memory), (api.wasm_memory_data)(memory));
            if size == 0 { &[] } else { std::slice::from_raw_parts(data, size) }
        };
        bytes.chunks(1 << 16).for_each(piece);
        Some(bytes.len() as u64)
    }

    fn fuel(&mut self) -> Option<u64> {
        None
    }
}

/// An instance, with the types of its exported functions.
struct LinkedInstance {
    exports: Exports,
    _instance: Owned<Instance>,
    interface: Arc<LibraryInterface>,
}

impl LinkedInstance {
    /// Instantiates a module with its imports, in the module's order.
    #[inline(always)]
    fn new(
        api: &'static Api,
        store: &Owned<Store>,
        module: &Owned<Module>,
        interface: &Arc<LibraryInterface>,
        imports: &[*mut Extern],
        ended: &HostEnd,
    ) -> Result<Self, NotInstantiated> {
        let order = api.import_order(module, &interface.imports).map_err(NotInstantiated::Unlinked)?;
        let imports: Vec<_> = order.into_iter().map(|place| imports[place]).collect();
        let instance = api
            .instantiate(store, module, &imports)
            .map_err(|not_made| not_instantiated(api, &not_made, ended.take()))?;
        let exports = Exports::of(api, module, &instance).map_err(NotInstantiated::Unlinked)?;
        Ok(Self { exports, _instance: instance, interface: interface.clone() })
    }

    /// Calls an export.
    fn call(&self, export: &str, arguments: &[Value], ended: &HostEnd) -> Outcome {
        let prepared = || -> Result<_> {
            let function = self.exports.function(export)?;
            let of = self.interface.functions.iter().find(|(name, _)| name == export);
            let (_, Signature { parameters, results }) =
                of.with_context(|| format!("no function is exported as `{export}`"))?;
            let given: Vec<_> = arguments.iter().map(|value| value.ty()).collect();
            ensure!(given == *parameters, "its arguments are not of the types that it takes");
            let arguments = arguments.iter().copied().map(to_engine).collect::<Result<Vec<_>>>()?;
            Ok((function, arguments, vec![Val::i32(0); results.len()]))
        };
        let (function, arguments, mut results) = match prepared() {
            Ok(prepared) => prepared,
            Err(error) => return Outcome::Failed(error.to_string()),
        };
        let api = self.exports.api;
        match api.call(function, &arguments, &mut results) {
            Ok(()) => match results.iter_mut().map(|value| from_engine(api, value)).collect() {
                Ok(values) => Outcome::Returned(values),
                Err(error) => Outcome::Failed(error.to_string()),
            },
            Err(trap) => outcome(api, &trap, ended.take()),
        }
    }

    /// The value of an exported global; `None` if there is none, or if the type is not supported.
    fn global(&self, export: &str) -> Option<Value> {
        let api = self.exports.api;
        let mut value = Val::i32(0);
        // SAFETY: the global is valid if it is not null.
        unsafe {
            let global = (api.wasm_extern_as_global)(self.exports.get(export)?);
            if global.is_null() {
                return None;
            }
            (api.wasm_global_get)(global, &mut value);
        }
        from_engine(api, &mut value).ok()
    }
}

/// Several modules in one store.
struct LinkedLibraryInstances {
    instances: Vec<LinkedInstance>,
    modules: Vec<(Owned<Module>, Arc<LibraryInterface>)>,
    names: HashMap<String, usize>,
    store: Owned<Store>,
    _engine: Owned<Engine>,
    api: &'static Api,
}

impl LinkedLibraryInstances {
    fn export(&self, module: &str, name: &str) -> Result<*mut Extern> {
        let of = self.names.get(module).with_context(|| format!("unknown import: no module `{module}`"))?;
        let export = self.instances[*of].exports.get(name);
        export.with_context(|| format!("unknown import: `{module}` exports no `{name}`"))
    }
}

impl LinkedModules for LinkedLibraryInstances {
    fn compile(&mut self, wasm: &[u8]) -> Result<usize> {
        let interface = LibraryInterface::read(wasm)?;
        let module = self.api.compile(&self.store, wasm).ok_or_else(|| refused(wasm))?;
        self.modules.push((module, Arc::new(interface)));
        Ok(self.modules.len() - 1)
    }

    fn instantiate(&mut self, module: usize) -> Result<usize, NotInstantiated> {
        let (module, interface) = &self.modules[module];
        let met = interface.imports.iter().map(|import| self.export(&import.module, &import.name));
        let met = met.collect::<Result<Vec<_>>>().map_err(NotInstantiated::Unlinked)?;
        self.instances.push(LinkedInstance::new(self.api, &self.store, module, interface, &met, &Cell::new(None))?);
        Ok(self.instances.len() - 1)
    }

    fn register(&mut self, name: &str, instance: usize) {
        self.names.insert(name.to_owned(), instance);
    }

    fn call(&mut self, instance: usize, export: &str, arguments: &[Value]) -> Outcome {
        self.instances[instance].call(export, arguments, &Cell::new(None))
    }

    fn global(&mut self, instance: usize, export: &str) -> Option<Value> {
        self.instances[instance].global(export)
    }
}
