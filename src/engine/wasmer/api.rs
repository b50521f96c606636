//! What the suite takes of Wasmer: its names, and functions for what the libraries say differently. The shape is that of
//! wasmtime's API: a store holds the host's data, and a typed function is called with a tuple.
use std::ops::{Deref, DerefMut};

use ::wasmer::sys::EngineBuilder;
use ::wasmer::sys::vm::TrapCode;
use ::wasmer::{
    AsStoreMut, AsStoreRef, ExportError, FromToNativeWasmType, FunctionEnv, FunctionType, HostFunction,
    InstantiationError, IntoBytes, MemoryError, MemoryType, TypedFunction, WasmTypeList, WithEnv, WithoutEnv,
};
pub(crate) use ::wasmer::{
    Engine as Runtime, Extern, Function as Func, FunctionEnvMut as Caller, Global, Imports, Memory, Module,
    RuntimeError as Error, Table, Type as ValType, Value as Val, WasmTypeList as WasmResults, imports,
};
use anyhow::Result as AnyResult;
use wasmer_middlewares::metering::{MeteringPoints, get_remaining_points, set_remaining_points};

use super::Wasmer;
pub(crate) use super::convert::{from_engine, outcome, stub_import, thrower_imports, to_engine};
use super::late_start::LateStart;
pub(crate) use super::scenarios::limit::capped;
use crate::engine::embedding::{NotInstantiated, Outcome, Trap};

/// An error of the host's own. Wasmer takes any that is an `Error`, `Send`, `Sync` and `'static`.
pub(crate) trait HostError: std::error::Error + Send + Sync + 'static {}

impl HostError for crate::exit_code::ExitCode {}

/// What a typed host function returns to end its guest: the host's own error, which no engine has heard of.
pub(crate) type Raised<E> = E;

pub(crate) fn raise<E: HostError>(error: E) -> Raised<E> {
    error
}

/// The engine's error that holds the host's: what a host function returns that calls a guest, or has dynamic types.
pub(crate) fn to_error<E: HostError>(error: E) -> Error {
    Error::user(Box::new(error))
}

/// The host's error again, by value; or the engine's, whole, where it holds another.
pub(crate) fn downcast<E: HostError>(error: Error) -> Result<E, Error> {
    error.downcast()
}

/// What the error says, in a line: the lines of its trace are left out.
pub(crate) fn message(error: &Error) -> String {
    error.message()
}

/// A trap's code, as it is told of many traps: cheaper than an outcome.
pub(crate) fn trap_code(error: Error) -> Option<TrapCode> {
    error.to_trap()
}

/// How many frames of the guest the error has noted, and how many it would at most.
pub(crate) fn frames(error: &Error) -> Option<(u64, u64)> {
    Some((error.trace().len() as u64, u64::MAX))
}

/// A store with the host's data: in an environment, from when the first host function looks at it.
pub(crate) struct Store<T: Send + 'static> {
    store: ::wasmer::Store,
    data: Data<T>,
}

enum Data<T> {
    Host(Option<T>),
    Environment(FunctionEnv<T>),
}

impl<T: Send + 'static> Store<T> {
    pub(crate) fn new(runtime: &Runtime, data: T) -> Self {
        Self { store: ::wasmer::Store::new(runtime.clone()), data: Data::Host(Some(data)) }
    }

    pub(crate) fn data(&self) -> &T {
        match &self.data {
            Data::Host(data) => data.as_ref().expect("moved into an environment only"),
            Data::Environment(env) => env.as_ref(&self.store),
        }
    }

    pub(crate) fn data_mut(&mut self) -> &mut T {
        match &mut self.data {
            Data::Host(data) => data.as_mut().expect("moved into an environment only"),
            Data::Environment(env) => env.as_mut(&mut self.store),
        }
    }

    pub(super) fn env(&mut self) -> FunctionEnv<T> {
        if let Data::Host(data) = &mut self.data {
            let data = data.take().expect("moved into an environment only");
            self.data = Data::Environment(FunctionEnv::new(&mut self.store, data));
        }
        let Data::Environment(env) = &self.data else { unreachable!("made above") };
        env.clone()
    }
}

impl<T: Send + 'static> Deref for Store<T> {
    type Target = ::wasmer::Store;

    fn deref(&self) -> &Self::Target {
        &self.store
    }
}

impl<T: Send + 'static> DerefMut for Store<T> {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.store
    }
}

/// A store whose guests run for as long as they like, whatever could stop them: here the modules see to that.
pub(crate) fn new_store<T: Send + 'static>(runtime: &Runtime, data: T) -> Store<T> {
    Store::new(runtime, data)
}

/// A typed host function.
pub(crate) fn wrap<T: Send + 'static, F, P: WasmTypeList, R: WasmTypeList>(store: &mut Store<T>, f: F) -> Func
where
    F: HostFunction<(), P, R, WithoutEnv> + Send + Sync + 'static,
{
    Func::new_typed(store, f)
}

/// A typed host function that is handed its caller first.
pub(crate) fn wrap_env<T: Send + 'static, F, P: WasmTypeList, R: WasmTypeList>(store: &mut Store<T>, f: F) -> Func
where
    F: HostFunction<T, P, R, WithEnv> + Send + Sync + 'static,
{
    let env = store.env();
    Func::new_typed_with_env(store, &env, f)
}

/// A host function whose types are known at run time only.
pub(crate) fn dynamic<T: Send + 'static, const P: usize, const R: usize>(
    store: &mut Store<T>,
    parameters: [ValType; P],
    results: [ValType; R],
    f: impl Fn(&[Val]) -> Result<[Val; R], Error> + Send + Sync + 'static,
) -> Func {
    Func::new(store, FunctionType::new(parameters, results), move |arguments: &[Val]| f(arguments).map(Vec::from))
}

/// The same, handed its caller first.
pub(crate) fn dynamic_env<T: Send + 'static, const P: usize, const R: usize>(
    store: &mut Store<T>,
    parameters: [ValType; P],
    results: [ValType; R],
    f: impl Fn(Caller<'_, T>, &[Val]) -> Result<[Val; R], Error> + Send + Sync + 'static,
) -> Func {
    let (env, of) = (store.env(), FunctionType::new(parameters, results));
    Func::new_with_env(store, &env, of, move |caller: Caller<'_, T>, arguments: &[Val]| {
        f(caller, arguments).map(Vec::from)
    })
}

/// An instance of a guest.
#[derive(Clone)]
pub(crate) struct Instance(::wasmer::Instance);

impl Deref for Instance {
    type Target = ::wasmer::Instance;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl Instance {
    /// The instance, or the error of its start function.
    pub(crate) fn new(store: &mut impl AsStoreMut, module: &Module, imports: &Imports) -> Result<Self, Error> {
        match ::wasmer::Instance::new(store, module, imports) {
            Ok(instance) => Ok(Self(instance)),
            Err(InstantiationError::Start(error)) => Err(error),
            Err(InstantiationError::DifferentStores) => Err(Error::new("different stores")),
            Err(error) => Err(Error::new(error.to_string())),
        }
    }

    pub(crate) fn get_typed_func<P: WasmTypeList, R: WasmTypeList>(
        &self,
        store: &mut impl AsStoreMut,
        name: &str,
    ) -> Result<TypedFunc<P, R>, ExportError> {
        self.exports.get_typed_function(store, name).map(TypedFunc)
    }

    pub(crate) fn get_export(&self, _: &mut impl AsStoreMut, name: &str) -> Option<Extern> {
        self.exports.get_extern(name).cloned()
    }

    pub(crate) fn get_func(&self, _: &mut impl AsStoreMut, name: &str) -> Option<Func> {
        self.exports.get_function(name).ok().cloned()
    }

    pub(crate) fn get_global(&self, _: &mut impl AsStoreMut, name: &str) -> Option<Global> {
        self.exports.get_global(name).ok().cloned()
    }

    pub(crate) fn get_memory(&self, _: &mut impl AsStoreMut, name: &str) -> Option<Memory> {
        self.exports.get_memory(name).ok().cloned()
    }

    pub(crate) fn get_table(&self, _: &mut impl AsStoreMut, name: &str) -> Option<Table> {
        self.exports.get_table(name).ok().cloned()
    }
}

/// Instantiates a module with what it imports, in its order: two imports of one name may have two types.
pub(crate) fn link<T: Send + 'static>(
    store: &mut Store<T>,
    module: &Module,
    imports: &[Extern],
) -> Result<Instance, NotInstantiated> {
    match ::wasmer::Instance::new_by_index(store, module, imports) {
        Ok(instance) => Ok(Instance(instance)),
        Err(InstantiationError::Start(error)) => Err(NotInstantiated::Start(outcome(&error))),
        Err(error) => Err(NotInstantiated::Unlinked(error.into())),
    }
}

/// A typed function, called with one value, or with a tuple of them.
#[derive(Clone)]
pub(crate) struct TypedFunc<P, R>(TypedFunction<P, R>);

impl<P: WasmParams, R: WasmTypeList> TypedFunc<P, R> {
    #[inline(always)]
    pub(crate) fn call(&self, store: &mut impl AsStoreMut, arguments: P) -> Result<R, Error> {
        arguments.call(&self.0, store)
    }
}

/// Wasmer's typed calls are written out for each number of parameters; so is what hands them a tuple.
pub(crate) trait WasmParams: WasmTypeList {
    fn call<R: WasmTypeList>(self, f: &TypedFunction<Self, R>, store: &mut impl AsStoreMut) -> Result<R, Error>;
}

macro_rules! parameters {
    (() $(, ($($name:ident)*))*) => {
        impl WasmParams for () {
            #[inline(always)]
            fn call<R: WasmTypeList>(self, f: &TypedFunction<(), R>, store: &mut impl AsStoreMut) -> Result<R, Error> {
                f.call(store)
            }
        }
        $(
            #[allow(non_snake_case, reason = "each is named for its type")]
            impl<$($name: FromToNativeWasmType),*> WasmParams for ($($name,)*) {
                #[inline(always)]
                fn call<Z: WasmTypeList>(self, f: &TypedFunction<Self, Z>, store: &mut impl AsStoreMut) -> Result<Z, Error> {
                    let ($($name,)*) = self;
                    f.call(store $(, $name)*)
                }
            }
        )*
    };
    (one $($type:ty)*) => {
        $(
            impl WasmParams for $type {
                #[inline(always)]
                fn call<R: WasmTypeList>(self, f: &TypedFunction<Self, R>, store: &mut impl AsStoreMut) -> Result<R, Error> {
                    f.call(store, self)
                }
            }
        )*
    };
}

parameters!(one i32 u32 u64 Reference);
parameters!((), (A B), (A B C D E F G H I J K L M N O P Q S T U));

/// A reference to a function, or to none.
pub(crate) type Reference = Option<Func>;

/// Calls a function whose types are known at run time only.
#[inline(always)]
pub(crate) fn call_dynamic<const R: usize>(
    function: &Func,
    store: &mut impl AsStoreMut,
    arguments: &[Val],
) -> Result<[Val; R], Error> {
    let results = function.call(store, arguments)?.into_vec();
    results.try_into().map_err(|results| Error::new(format!("other results than were asked for: {results:?}")))
}

/// The same with any number of results.
pub(crate) fn call_any(function: &Func, store: &mut impl AsStoreMut, arguments: &[Val]) -> Result<Vec<Val>, Error> {
    function.call(store, arguments).map(Vec::from)
}

/// A global that nobody changes.
pub(crate) fn constant<T: Send + 'static>(store: &mut Store<T>, value: i32) -> Result<Global, Error> {
    Ok(Global::new(store, Val::I32(value)))
}

/// The function at an index of a table.
pub(crate) fn function_at<T: Send + 'static>(store: &mut Store<T>, table: &Table, index: u32) -> Option<Func> {
    match table.get(store, index)? {
        Val::FuncRef(function) => function,
        _ => None,
    }
}

/// The size of a memory in bytes.
pub(crate) fn memory_size(store: &impl AsStoreRef, memory: &Memory) -> u64 {
    memory.view(store).data_size()
}

/// Reads from a memory; nothing if that is beyond its end.
pub(crate) fn read_memory(store: &impl AsStoreRef, memory: &Memory, at: u64, buffer: &mut [u8]) -> Option<()> {
    memory.view(store).read(at, buffer).ok()
}

/// A memory of the host's, with so many pages and no maximum.
pub(crate) fn new_memory<T: Send + 'static>(store: &mut Store<T>, pages: u32) -> Result<Memory, MemoryError> {
    Memory::new(store, MemoryType::new(pages, None, false))
}

/// Grows a memory by so many pages: how many it had.
pub(crate) fn grow_memory<T: Send + 'static>(
    store: &mut Store<T>,
    memory: &Memory,
    pages: u32,
) -> Result<u64, MemoryError> {
    memory.grow(store, pages).map(|before| before.0.into())
}

/// What a store is limited by: nothing here, since the engine is.
pub(crate) type StoreLimits = ();

/// Gives a new store its fuel: here the module has it, since it was compiled.
pub(crate) fn set_fuel<T: Send + 'static>(_: &mut Store<T>, _: u64) -> Result<(), Error> {
    Ok(())
}

/// How much fuel is left.
pub(crate) fn fuel<T: Send + 'static>(store: &mut Store<T>, instance: &Instance) -> Option<u64> {
    Some(match get_remaining_points(store, instance) {
        MeteringPoints::Remaining(points) => points,
        MeteringPoints::Exhausted => 0,
    })
}

/// Gives a guest so much fuel, whatever it has.
pub(crate) fn refill<T: Send + 'static>(store: &mut Store<T>, instance: &Instance, fuel: u64) -> Result<(), Error> {
    set_remaining_points(store, instance, fuel);
    Ok(())
}

/// The same by a host function.
pub(crate) fn refill_within<T: Send + 'static>(
    caller: &mut Caller<'_, T>,
    instance: &Instance,
    fuel: u64,
) -> Result<(), Error> {
    set_remaining_points(caller, instance, fuel);
    Ok(())
}

/// How a call ended for which fuel was counted: metering leaves the guest by `unreachable`.
/// The export of a start function that a metered runtime leaves to the host.
pub(crate) const LATE_START: Option<&str> = Some(LateStart::EXPORT);

pub(crate) fn metered_outcome<T: Send + 'static>(
    store: &mut Store<T>,
    instance: &Instance,
    outcome: Outcome,
) -> Outcome {
    let exhausted = |store: &mut Store<T>| get_remaining_points(store, instance) == MeteringPoints::Exhausted;
    match outcome {
        Outcome::Trapped(Trap::Unreachable) if exhausted(store) => Outcome::Trapped(Trap::OutOfFuel),
        other => other,
    }
}

pub(crate) fn serialize(module: &Module) -> AnyResult<impl Deref<Target = [u8]> + Clone + IntoBytes + use<>> {
    Ok(module.serialize()?)
}

pub(crate) fn deserialize(runtime: &Runtime, artifact: impl IntoBytes) -> AnyResult<Module> {
    // SAFETY: the bytes are what `serialize` made in this process of a valid module.
    Ok(unsafe { Module::deserialize(runtime, artifact) }?)
}

/// A fresh runtime without a compiler.
pub(crate) fn headless_runtime(_: &Wasmer) -> AnyResult<Runtime> {
    Ok(EngineBuilder::headless().into())
}

/// A runtime whose guests take none of the thread's stack: they run on stacks of their own.
pub(crate) fn runtime_with_stack(engine: &Wasmer, _: usize) -> Runtime {
    engine.runtime()
}

/// A runtime for a module whose own may be gone: another one, since a module does not tell its own.
pub(crate) fn runtime_for(engine: &Wasmer, _: &Module) -> Runtime {
    engine.runtime()
}

/// So many modules of a guest in one runtime. They are loaded from one artifact: to compile each would take minutes.
pub(crate) fn copies(engine: &Wasmer, guest: &str, count: u64) -> AnyResult<(Vec<Module>, Runtime)> {
    let artifact = serialize(&engine.cached_module(guest)?.1)?;
    let runtime = engine.runtime();
    let copies = (0..count).map(|_| deserialize(&runtime, artifact.clone())).collect::<AnyResult<_>>()?;
    Ok((copies, runtime))
}
