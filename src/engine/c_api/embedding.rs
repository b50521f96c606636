//! The any-module interface for libraries with the C API.
use std::cell::RefCell;
use std::collections::HashMap;
use std::ffi::c_void;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, anyhow, bail, ensure};

use super::bindings::{self, Api, Bytes, Engine, Extern, Func, List, Module, Payload, Store, Trap, Val};
use super::convert::{cause, from_engine, to_engine, trap};
use super::interface::{ImportType, LibraryImport, LibraryInterface};
use super::objects::{self, Exports, NotMade, Owned};
use super::{CApi, Implementation};
use crate::engine::embedding::{
    Artifact, Compiled, Embedding, Host, Import, LinkedModules, ModuleInstance, NotInstantiated, Outcome, Signature,
    Unsupported, Value, panic_message, timed,
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
        let api = self.api;
        let engine = objects::engine(api)?;
        let store = objects::store(api, &engine)?;
        if objects::validates(api, &store, wasm) { Ok(()) } else { Err(refused(wasm)) }
    }

    fn compile(&self, wasm: &[u8]) -> Result<Box<dyn Compiled>> {
        let api = self.api;
        let interface = LibraryInterface::read(wasm);
        if let Err(error) = &interface
            && error.is::<Unsupported>()
        {
            return Err(interface.unwrap_err());
        }
        let engine = Rc::new(objects::engine(api)?);
        let store = objects::store(api, &engine)?;
        let module = objects::module(api, &store, wasm).ok_or_else(|| refused(wasm))?;
        let implementation = self.implementation;
        Ok(Box::new(LibraryModule {
            api,
            implementation,
            module: Rc::new(module),
            _store: store,
            engine,
            interface: Arc::new(interface?),
        }))
    }

    fn compile_metered(&self, _: &[u8], _: u64) -> Result<Box<dyn Compiled>> {
        bail!(Unsupported("the C API counts no fuel".into()))
    }

    fn linked_modules(&self) -> Result<Box<dyn LinkedModules>> {
        let api = self.api;
        let engine = objects::engine(api)?;
        let store = objects::store(api, &engine)?;
        let (modules, instances, names) = (Vec::new(), Vec::new(), HashMap::new());
        Ok(Box::new(LinkedLibraryInstances { instances, modules, names, store, _engine: engine, api }))
    }
}

// Fields are dropped in order. So in each struct, an object comes before the objects from which it was made.

struct LibraryModule {
    api: &'static Api,
    implementation: Implementation,
    module: Rc<Owned<Module>>,
    _store: Owned<Store>,
    engine: Rc<Owned<Engine>>,
    interface: Arc<LibraryInterface>,
}

impl Compiled for LibraryModule {
    fn serialize(&self) -> Result<Box<dyn Artifact>> {
        let (api, implementation, interface) = (self.api, self.implementation, self.interface.clone());
        if implementation == Implementation::Wasmi {
            bail!(Unsupported("an interpreter has no artifacts".into()));
        }
        let bytes = objects::serialize(api, &self.module);
        ensure!(!bytes.is_empty(), "the library serialises it to nothing");
        Ok(Box::new(SerializedLibraryModule { api, implementation, bytes, interface }))
    }

    fn instantiate(&self, host: Host) -> Result<Box<dyn ModuleInstance>, NotInstantiated> {
        let api = self.api;
        let store = objects::store(api, &self.engine).map_err(NotInstantiated::Unlinked)?;
        let ended = Rc::new(RefCell::new(None));
        let stubs = self.interface.imports.iter().enumerate().map(|(place, import)| {
            Stub::new(api, &store, place, import, &host, &ended)
                .with_context(|| format!("the import {}.{}", import.module, import.name))
        });
        let stubs = stubs.collect::<Result<Vec<_>>>().map_err(NotInstantiated::Unlinked)?;
        let order = objects::import_order(api, &self.module, &self.interface.imports);
        let order = order.map_err(NotInstantiated::Unlinked)?;
        let imports: Vec<_> = order.into_iter().map(|place| stubs[place].as_extern(api)).collect();
        let instance = objects::instantiate(api, &store, &self.module, &imports)
            .map_err(|not_made| not_instantiated(api, &not_made, ended.take()))?;
        let exports = Exports::of(api, &self.module, &instance).map_err(NotInstantiated::Unlinked)?;
        Ok(Box::new(LibraryInstance {
            exports,
            _instance: instance,
            _stubs: stubs,
            _store: store,
            _module: self.module.clone(),
            _engine: self.engine.clone(),
            interface: self.interface.clone(),
            ended,
            api,
        }))
    }
}

struct SerializedLibraryModule {
    api: &'static Api,
    implementation: Implementation,
    bytes: Vec<u8>,
    interface: Arc<LibraryInterface>,
}

impl Artifact for SerializedLibraryModule {
    fn size(&self) -> u64 {
        self.bytes.len() as u64
    }

    fn load(&self) -> Result<(Box<dyn Compiled>, Duration)> {
        let (api, implementation) = (self.api, self.implementation);
        let engine = Rc::new(objects::engine(api)?);
        let store = objects::store(api, &engine)?;
        // SAFETY: the store is valid, and the bytes are an artifact of the same library.
        let (took, module) = timed(|| unsafe { (api.wasm_module_deserialize)(*store, &Bytes::constant(&self.bytes)) });
        let module = Owned::new(module, api.wasm_module_delete).context("refused without a reason")?;
        let (module, interface) = (Rc::new(module), self.interface.clone());
        Ok((Box::new(LibraryModule { api, implementation, module, _store: store, engine, interface }), took))
    }
}

/// How a host function ended its guest. The caller of the guest reads this.
enum HostEnd {
    Exited(ExitCode),
    Panicked(String),
    Failed(String),
}

/// Converts a trap to an outcome: the end by the host function, if any, or else a trap of the guest. An exit counts only if
/// the trap has the exit's message.
fn outcome(api: &Api, trap: &Owned<Trap>, ended: Option<HostEnd>) -> Outcome {
    let message = objects::message(api, trap);
    let came_back = |text: &str| cause(&message).contains(text);
    match ended {
        Some(HostEnd::Exited(code)) if came_back(&exit_message(code)) => Outcome::Exited(code),
        Some(HostEnd::Exited(code)) => {
            Outcome::Failed(format!("exit code {code}, and the message came back as: {message}"))
        }
        Some(HostEnd::Panicked(said)) => Outcome::Panicked(said),
        Some(HostEnd::Failed(why)) => Outcome::Failed(why),
        None => self::trap(&message).map_or(Outcome::Failed(message), Outcome::Trapped),
    }
}

fn not_instantiated(api: &Api, not_made: &NotMade, ended: Option<HostEnd>) -> NotInstantiated {
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
    Global(Owned<bindings::Global>),
    Table(Owned<bindings::Table>),
    Memory(Owned<bindings::Memory>),
}

impl Stub {
    fn new(
        api: &'static Api,
        store: &Owned<Store>,
        place: usize,
        import: &LibraryImport,
        host: &Host,
        ended: &Rc<RefCell<Option<HostEnd>>>,
    ) -> Result<Self> {
        // SAFETY: the store is valid. A type is valid until it is deleted, and takes ownership of its value type.
        Ok(unsafe {
            match &import.of {
                ImportType::Function(signature) => {
                    let (module, name) = (import.module.clone(), import.name.clone());
                    let import = Import { module, name, place, results: signature.results.clone() };
                    let env = HostFunction { api, store: **store, import, host: host.clone(), ended: ended.clone() };
                    let env = Rc::new(env);
                    let function = objects::function_with_env(api, store, signature, answer, Rc::as_ptr(&env))?;
                    Self::Function(function, env)
                }
                ImportType::Global { kind, mutable } => {
                    let of = (api.wasm_globaltype_new)((api.wasm_valtype_new)(*kind), u8::from(*mutable));
                    let of = Owned::new(of, api.wasm_globaltype_delete).context("the library makes no type")?;
                    let zero = Val { kind: *kind, of: Payload { i64: 0 } };
                    let made = (api.wasm_global_new)(**store, *of, &zero);
                    Self::Global(Owned::new(made, api.wasm_global_delete).context("the library makes no global")?)
                }
                ImportType::Table { kind, limits } => {
                    let of = (api.wasm_tabletype_new)((api.wasm_valtype_new)(*kind), limits);
                    let of = Owned::new(of, api.wasm_tabletype_delete).context("the library makes no type")?;
                    let made = (api.wasm_table_new)(**store, *of, std::ptr::null_mut());
                    Self::Table(Owned::new(made, api.wasm_table_delete).context("the library makes no table")?)
                }
                ImportType::Memory(limits) => {
                    let of = (api.wasm_memorytype_new)(limits);
                    let of = Owned::new(of, api.wasm_memorytype_delete).context("the library makes no type")?;
                    let made = (api.wasm_memory_new)(**store, *of);
                    Self::Memory(Owned::new(made, api.wasm_memory_delete).context("the library makes no memory")?)
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
    ended: Rc<RefCell<Option<HostEnd>>>,
}

/// The callback of all imported functions: calls the host, and ends the guest by a trap if the host exits, fails or panics.
unsafe extern "C" fn answer(env: *mut c_void, arguments: *const List<Val>, results: *mut List<Val>) -> *mut Trap {
    // SAFETY: the environment is a `HostFunction`, which lives as long as its store. The lists are valid during the call.
    let (function, arguments, results) =
        unsafe { (&*env.cast::<HostFunction>(), (*arguments).as_slice(), &mut *results) };
    let HostFunction { api, store, import, host, ended } = function;
    let values = || -> Result<Vec<Val>, HostEnd> {
        let failed = |error: anyhow::Error| HostEnd::Failed(error.to_string());
        // The library owns the arguments, so the host must not delete their references.
        let arguments: Result<Vec<_>> = arguments.iter().map(|value| from_borrowed(api, value)).collect();
        let answered = host(import, &arguments.map_err(failed)?).map_err(HostEnd::Exited)?;
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
        Ok(Ok(values)) => HostEnd::Failed(format!("{} results, and not {}", values.len(), results.size)),
        Ok(Err(end)) => end,
        Err(panic) => HostEnd::Panicked(panic_message(&*panic).to_owned()),
    };
    let message = match &end {
        HostEnd::Exited(code) => exit_message(*code),
        HostEnd::Panicked(message) | HostEnd::Failed(message) => message.replace('\0', " "),
    };
    ended.replace(Some(end));
    objects::new_trap(api, *store, format!("{message}\0").as_bytes())
}

/// Converts a value that the library owns.
fn from_borrowed(api: &Api, value: &Val) -> Result<Value> {
    if value.kind == bindings::kind::FUNCREF {
        // SAFETY: a value of this kind is a reference.
        return Ok(Value::FuncRef(unsafe { !value.of.reference.is_null() }));
    }
    from_engine(api, &mut value.clone())
}

struct LibraryInstance {
    exports: Exports,
    _instance: Owned<bindings::Instance>,
    _stubs: Vec<Stub>,
    _store: Owned<Store>,
    _module: Rc<Owned<Module>>,
    _engine: Rc<Owned<Engine>>,
    interface: Arc<LibraryInterface>,
    ended: Rc<RefCell<Option<HostEnd>>>,
    api: &'static Api,
}

impl ModuleInstance for LibraryInstance {
    fn call(&mut self, export: &str, arguments: &[Value]) -> Outcome {
        call(self.api, &self.exports, &self.interface, export, arguments, &self.ended)
    }

    fn global(&mut self, export: &str) -> Option<Value> {
        global(self.api, &self.exports, export)
    }

    fn memory(&mut self, export: &str, piece: &mut dyn FnMut(&[u8])) -> Option<u64> {
        // SAFETY: the memory is valid, and its size does not change while no guest runs.
        let bytes = unsafe {
            let memory = (self.api.wasm_extern_as_memory)(self.exports.get(export)?);
            if memory.is_null() {
                return None;
            }
            let (size, data) = ((self.api.wasm_memory_data_size)(memory), (self.api.wasm_memory_data)(memory));
            if size == 0 { &[] } else { std::slice::from_raw_parts(data, size) }
        };
        bytes.chunks(1 << 16).for_each(piece);
        Some(bytes.len() as u64)
    }

    fn fuel(&mut self) -> Option<u64> {
        None
    }
}

/// Calls an export.
fn call(
    api: &Api,
    exports: &Exports,
    interface: &LibraryInterface,
    export: &str,
    arguments: &[Value],
    ended: &RefCell<Option<HostEnd>>,
) -> Outcome {
    let prepared = || -> Result<_> {
        let function = exports.function(export)?;
        let of = interface.functions.iter().find(|(name, _)| name == export);
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
    match objects::call(api, function, &arguments, &mut results) {
        Ok(()) => match results.iter_mut().map(|value| from_engine(api, value)).collect() {
            Ok(values) => Outcome::Returned(values),
            Err(error) => Outcome::Failed(error.to_string()),
        },
        Err(trap) => outcome(api, &trap, ended.take()),
    }
}

/// The value of an exported global; `None` if there is none, or if the type is not supported.
fn global(api: &Api, exports: &Exports, export: &str) -> Option<Value> {
    // SAFETY: the global is valid if it is not null.
    let mut value = unsafe {
        let global = (api.wasm_extern_as_global)(exports.get(export)?);
        if global.is_null() {
            return None;
        }
        let mut value = Val::i32(0);
        (api.wasm_global_get)(global, &mut value);
        value
    };
    from_engine(api, &mut value).ok()
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

struct LinkedInstance {
    exports: Exports,
    interface: Arc<LibraryInterface>,
    _instance: Owned<bindings::Instance>,
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
        let module = objects::module(self.api, &self.store, wasm).ok_or_else(|| refused(wasm))?;
        self.modules.push((module, Arc::new(interface)));
        Ok(self.modules.len() - 1)
    }

    fn instantiate(&mut self, module: usize) -> Result<usize, NotInstantiated> {
        let (module, interface) = &self.modules[module];
        let met = interface.imports.iter().map(|import| self.export(&import.module, &import.name));
        let met = met.collect::<Result<Vec<_>>>().map_err(NotInstantiated::Unlinked)?;
        let order = objects::import_order(self.api, module, &interface.imports).map_err(NotInstantiated::Unlinked)?;
        let met: Vec<_> = order.into_iter().map(|place| met[place]).collect();
        let instance = objects::instantiate(self.api, &self.store, module, &met)
            .map_err(|not_made| not_instantiated(self.api, &not_made, None))?;
        let exports = Exports::of(self.api, module, &instance).map_err(NotInstantiated::Unlinked)?;
        self.instances.push(LinkedInstance { exports, interface: interface.clone(), _instance: instance });
        Ok(self.instances.len() - 1)
    }

    fn register(&mut self, name: &str, instance: usize) {
        self.names.insert(name.to_owned(), instance);
    }

    fn call(&mut self, instance: usize, export: &str, arguments: &[Value]) -> Outcome {
        let LinkedInstance { exports, interface, .. } = &self.instances[instance];
        call(self.api, exports, interface, export, arguments, &RefCell::new(None))
    }

    fn global(&mut self, instance: usize, export: &str) -> Option<Value> {
        global(self.api, &self.instances[instance].exports, export)
    }
}
