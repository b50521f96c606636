//! The common part of the `api` modules of wasmtime and wasmi.
use std::ops::Deref;

use super::super::api::{
    AsContext, AsContextMut, Caller, EngineHandle, Error, Extern, Func, HostError, Instance, IntoFunc, Memory,
    MemoryType, Module, Store, StoreLimits, StoreLimitsBuilder, Unlimited, Val, ValType, func_type, outcome,
    set_endless_epoch, to_error, unlinked,
};
use super::Engine;
use crate::engine::embedding::{NotInstantiated, Outcome};
use crate::guest;

/// The mechanisms that can stop a guest or refuse memory. An option enables each.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Mechanisms {
    /// The engine charges fuel for executed code. Each store starts with this amount.
    pub(crate) fuel: Option<u64>,
    /// Guests check the engine's epoch.
    pub(crate) epoch: bool,
    /// The engine calls a limiter when a memory or a table grows.
    pub(crate) limiter: bool,
}

/// The library's engine with its enabled mechanisms.
#[derive(Clone)]
pub(crate) struct Runtime {
    engine: EngineHandle,
    mechanisms: Mechanisms,
}

impl Runtime {
    pub(crate) fn new(engine: EngineHandle, mechanisms: Mechanisms) -> Self {
        Self { engine, mechanisms }
    }
}

impl Deref for Runtime {
    type Target = EngineHandle;

    fn deref(&self) -> &Self::Target {
        &self.engine
    }
}

/// A store whose guests run without limits: with an epoch deadline that never passes, and, unless the runtime is metered, with more
/// fuel than any guest can use up.
pub(crate) fn new_store<T: 'static>(runtime: &Runtime, data: T) -> Store<T> {
    let mut store = Store::new(runtime, data);
    let Mechanisms { fuel, epoch, limiter } = runtime.mechanisms;
    if let Some(fuel) = fuel {
        store.set_fuel(fuel).expect("the engine counts fuel");
    }
    if epoch {
        set_endless_epoch(&mut store);
    }
    if limiter {
        // `Unlimited` has no size, so this leaks no memory.
        store.limiter(|_| Box::leak(Box::new(Unlimited)));
    }
    store
}

impl Engine {
    /// Compiles a guest, given as text or as bytes, in a new runtime.
    pub(crate) fn load_guest(&self, guest: &[u8]) -> anyhow::Result<(Runtime, Module)> {
        let runtime = self.runtime();
        let module = Module::new(&runtime, wat::parse_bytes(guest)?)?;
        Ok((runtime, module))
    }
}

/// The imports of a guest, in the module's order.
pub(crate) type Imports = Vec<Extern>;

/// A list of imports, which must have the guest's order. The names are for Wasmer, and are ignored here.
macro_rules! imports {
    ($($module:literal => { $($name:literal => $given:expr),* $(,)? }),* $(,)?) => {
        vec![$($($given.into(),)*)*]
    };
}
pub(crate) use imports;

/// The error that a typed host function returns to end its guest: the engine's error, which contains the host's error.
pub(crate) type Raised<E> = <E as InError>::Error;

pub(crate) trait InError {
    type Error;
}

impl<E: HostError> InError for E {
    type Error = Error;
}

pub(crate) fn raise<E: HostError>(error: E) -> Error {
    to_error(error)
}

/// The error's message in one line.
pub(crate) fn message(error: &Error) -> String {
    format!("{error:#}")
}

/// A typed host function.
pub(crate) fn wrap<T: 'static, P, R>(store: &mut Store<T>, f: impl IntoFunc<T, P, R>) -> Func {
    Func::wrap(store, f)
}

/// A typed host function with its caller as the first parameter.
pub(crate) use self::wrap as wrap_env;

/// A host function with dynamic types.
pub(crate) fn dynamic<T: 'static, const P: usize, const R: usize>(
    store: &mut Store<T>,
    parameters: [ValType; P],
    results: [ValType; R],
    f: impl Fn(&[Val]) -> Result<[Val; R], Error> + Send + Sync + 'static,
) -> Func {
    dynamic_env(store, parameters, results, move |_, arguments| f(arguments))
}

/// A host function with dynamic types, and with its caller as the first parameter.
pub(crate) fn dynamic_env<T: 'static, const P: usize, const R: usize>(
    store: &mut Store<T>,
    parameters: [ValType; P],
    results: [ValType; R],
    f: impl Fn(Caller<'_, T>, &[Val]) -> Result<[Val; R], Error> + Send + Sync + 'static,
) -> Func {
    let of = func_type(store.engine(), parameters, results);
    Func::new(store, of, move |caller: Caller<'_, T>, arguments: &[Val], results: &mut [Val]| {
        for (result, value) in results.iter_mut().zip(f(caller, arguments)?) {
            *result = value;
        }
        Ok(())
    })
}

/// Calls a function with dynamic types.
#[inline(always)]
pub(crate) fn call_dynamic<const R: usize>(
    function: &Func,
    store: impl AsContextMut,
    arguments: &[Val],
) -> Result<[Val; R], Error> {
    let mut results = [const { Val::I32(0) }; R];
    function.call(store, arguments, &mut results)?;
    Ok(results)
}

/// Calls a function with dynamic types and any number of results.
pub(crate) fn call_any(function: &Func, mut store: impl AsContextMut, arguments: &[Val]) -> Result<Vec<Val>, Error> {
    let mut results = vec![Val::I32(0); function.ty(&store).results().len()];
    function.call(&mut store, arguments, &mut results)?;
    Ok(results)
}

/// Instantiates a module with its imports, in the module's order.
pub(crate) fn link(store: impl AsContextMut, module: &Module, imports: &[Extern]) -> Result<Instance, NotInstantiated> {
    Instance::new(store, module, imports).map_err(|error| match outcome(&error) {
        Outcome::Failed(_) => NotInstantiated::Unlinked(unlinked(error)),
        ended => NotInstantiated::Start(ended),
    })
}

/// The remaining fuel; `None` if fuel is not counted.
pub(crate) fn fuel(store: impl AsContext, _: &Instance) -> Option<u64> {
    store.as_context().get_fuel().ok()
}

/// Sets the fuel of a guest.
pub(crate) fn refill(mut store: impl AsContextMut, _: &Instance, fuel: u64) -> Result<(), Error> {
    store.as_context_mut().set_fuel(fuel)
}

/// The export of a start function that a metered runtime leaves to the host: none, because instantiation calls it.
pub(crate) const LATE_START: Option<&str> = None;

/// The outcome of a metered call, unchanged: these engines have a separate trap for used-up fuel.
pub(crate) fn metered_outcome<T: 'static>(_: &mut Store<T>, _: &Instance, outcome: Outcome) -> Outcome {
    outcome
}

/// The size of a memory in bytes.
pub(crate) fn memory_size(store: impl AsContext, memory: &Memory) -> u64 {
    memory.data_size(&store) as u64
}

/// Reads from a memory; `None` beyond its end.
pub(crate) fn read_memory(store: impl AsContext, memory: &Memory, at: u64, buffer: &mut [u8]) -> Option<()> {
    memory.read(&store, usize::try_from(at).ok()?, buffer).ok()
}

/// A memory that the host creates, with `pages` pages of 64 KiB and without a maximum.
pub(crate) fn new_memory<T: 'static>(store: &mut Store<T>, pages: u32) -> Result<Memory, Error> {
    Memory::new(store, MemoryType::new(pages, None))
}

/// Grows a memory by `pages` pages. Returns its former size in pages.
pub(crate) fn grow_memory<T: 'static>(
    store: &mut Store<T>,
    memory: &Memory,
    pages: u64,
) -> Result<u64, impl std::fmt::Display + use<T>> {
    memory.grow(store, pages)
}

/// A runtime, and a store whose memories have at most `pages` pages.
pub(crate) fn capped(engine: &Engine, pages: u32) -> (Runtime, Store<StoreLimits>) {
    let runtime = engine.runtime();
    let mut store = new_store(&runtime, StoreLimitsBuilder::new().memory_size((pages as usize) << 16).build());
    store.limiter(|limits| limits);
    (runtime, store)
}

/// A runtime with the engine that compiled a module.
pub(crate) fn runtime_for(engine: &Engine, module: &Module) -> Runtime {
    Runtime::new(module.engine().clone(), engine.mechanisms)
}

/// `count` compiled modules of a guest, in one runtime.
pub(crate) fn copies(engine: &Engine, guest: &str, count: u64) -> anyhow::Result<(Vec<Module>, Runtime)> {
    let (runtime, wasm) = (engine.runtime(), guest::wasm(guest));
    let copies = (0..count).map(|_| Ok(Module::new(&runtime, &wasm)?)).collect::<anyhow::Result<_>>()?;
    Ok((copies, runtime))
}
