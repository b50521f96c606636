//! Wasmer's `api` module for `src/suite/`: re-exported types, and functions where the APIs of the engines differ. It has the
//! shape of wasmtime's API: a store holds the host's data, and a typed function takes its arguments as a tuple.
use std::ops::{Deref, DerefMut};

use ::wasmer::sys::EngineBuilder;
use ::wasmer::sys::vm::TrapCode;
use ::wasmer::{
    AsStoreMut, AsStoreRef, Exception, ExportError, FromToNativeWasmType, FunctionEnv, FunctionType, HostFunction,
    InstantiationError, IntoBytes, MemoryError, MemoryType, Tag, TypedFunction, WasmTypeList, WithEnv, WithoutEnv,
};
pub(crate) use ::wasmer::{
    Engine as Runtime, Extern, Function as Func, FunctionEnvMut as Caller, Global, Imports, Memory, Module,
    RuntimeError as Error, Table, Type as ValType, Value as Val, WasmTypeList as WasmResults, imports,
};
use anyhow::{Context, Result as AnyResult};
use wasmer_middlewares::metering::{MeteringPoints, get_remaining_points, set_remaining_points};

use super::Wasmer;
pub(crate) use super::convert::{arguments, from_engine, metered_outcome, outcome, stub_import};
use super::middleware::LateStart;
pub(crate) use super::scenarios::limit::capped;
use crate::engine::embedding::NotInstantiated;
use crate::exit_code::ExitCode;

/// An error type of the host. Wasmer accepts every `Error + Send + Sync + 'static`.
pub(crate) trait HostError: std::error::Error + Send + Sync + 'static {}

impl HostError for ExitCode {}

/// The error type of a typed host function that ends its guest. On Wasmer it is the host's error itself.
pub(crate) type Raised<E> = E;

#[inline(always)]
pub(crate) fn raise<E: HostError>(error: E) -> Raised<E> {
    error
}

/// Wraps a host error in the engine's error, which dynamic host functions and host functions that call a guest return.
#[inline(always)]
pub(crate) fn to_error<E: HostError>(error: E) -> Error {
    Error::user(Box::new(error))
}

/// Takes the host error out of the engine's error. If the type differs or a clone exists, the engine's error is returned.
#[inline(always)]
pub(crate) fn downcast<E: HostError>(error: Error) -> Result<E, Error> {
    error.downcast()
}

/// The error's message in one line, without the lines of the backtrace.
pub(crate) fn message(error: &Error) -> String {
    error.message()
}

/// The code of a trap; `None` for other errors. It is cheaper than an `Outcome`, so the timed part can check it.
pub(crate) fn trap_code(error: Error) -> Option<TrapCode> {
    error.to_trap()
}

/// The number of guest frames in the error's backtrace, and the depth up to which no frame is missing: any depth.
pub(crate) fn frames(error: &Error) -> Option<(u64, u64)> {
    Some((error.trace().len() as u64, u64::MAX))
}

/// A store with the host's data. Creating the first host function that uses the data moves it into an environment.
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

/// A store whose guests no mechanism stops. The store needs no setup, because metered modules start with enough points.
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

/// A typed host function whose first parameter is its [`Caller`].
pub(crate) fn wrap_env<T: Send + 'static, F, P: WasmTypeList, R: WasmTypeList>(store: &mut Store<T>, f: F) -> Func
where
    F: HostFunction<T, P, R, WithEnv> + Send + Sync + 'static,
{
    let env = store.env();
    Func::new_typed_with_env(store, &env, f)
}

/// A dynamic host function, whose types are known at run time only.
pub(crate) fn dynamic<T: Send + 'static, const P: usize, const R: usize>(
    store: &mut Store<T>,
    parameters: [ValType; P],
    results: [ValType; R],
    f: impl Fn(&[Val]) -> Result<[Val; R], Error> + Send + Sync + 'static,
) -> Func {
    Func::new(store, FunctionType::new(parameters, results), move |arguments: &[Val]| f(arguments).map(Vec::from))
}

/// A dynamic host function whose first parameter is its [`Caller`].
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
    /// Instantiates a module. The error of a start function is returned unchanged, any other error as text.
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

/// Instantiates a module with imports in the module's order, not by name, because two imports can have the same name.
pub(crate) fn link(
    store: &mut impl AsStoreMut,
    module: &Module,
    imports: &[Extern],
) -> Result<Instance, NotInstantiated> {
    match ::wasmer::Instance::new_by_index(store, module, imports) {
        Ok(instance) => Ok(Instance(instance)),
        Err(InstantiationError::Start(error)) => Err(NotInstantiated::Start(outcome(&error))),
        Err(error) => Err(NotInstantiated::Unlinked(error.into())),
    }
}

/// A typed guest function, which takes one value or a tuple of values.
#[derive(Clone)]
pub(crate) struct TypedFunc<P, R>(TypedFunction<P, R>);

impl<P: WasmParams, R: WasmTypeList> TypedFunc<P, R> {
    #[inline(always)]
    pub(crate) fn call(&self, store: &mut impl AsStoreMut, arguments: P) -> Result<R, Error> {
        arguments.call(&self.0, store)
    }
}

/// The parameters of a [`TypedFunc`]. Wasmer has one `call` per number of parameters, so this trait has one impl per number.
pub(crate) trait WasmParams: WasmTypeList {
    fn call<R: WasmTypeList>(self, f: &TypedFunction<Self, R>, store: &mut impl AsStoreMut) -> Result<R, Error>;
}

macro_rules! parameters {
    ($(($($name:ident)*)),*) => {
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

/// Whether an error is an exception that no guest caught.
pub(crate) fn is_exception(error: &Error) -> bool {
    error.is_exception()
}

/// The payload of an exception that no guest caught.
pub(crate) fn exception_payload<T: Send + 'static>(store: &mut Store<T>, error: &Error) -> AnyResult<Vec<Val>> {
    Ok(error.to_exception().context("the error holds no exception")?.payload(store))
}

/// A nullable function reference.
pub(crate) type Reference = Option<Func>;

/// Calls a function whose types are known at run time only. Any other number of results than `R` is an error.
#[inline(always)]
pub(crate) fn call_dynamic<const R: usize>(
    function: &Func,
    store: &mut impl AsStoreMut,
    arguments: &[Val],
) -> Result<[Val; R], Error> {
    let results = function.call(store, arguments)?.into_vec();
    results.try_into().map_err(|results| Error::new(format!("other results than were asked for: {results:?}")))
}

/// Calls a function with any number of results.
pub(crate) fn call_any(function: &Func, store: &mut impl AsStoreMut, arguments: &[Val]) -> Result<Vec<Val>, Error> {
    function.call(store, arguments).map(Vec::from)
}

/// An immutable global of type `i32`.
pub(crate) fn constant<T: Send + 'static>(store: &mut Store<T>, value: i32) -> Result<Global, Error> {
    Ok(Global::new(store, Val::I32(value)))
}

/// The function at an index of a table; `None` if there is none.
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

/// Reads a memory from byte `at`; `None` if the range exceeds the memory.
pub(crate) fn read_memory(store: &impl AsStoreRef, memory: &Memory, at: u64, buffer: &mut [u8]) -> Option<()> {
    memory.view(store).read(at, buffer).ok()
}

/// A memory created by the host, with `pages` pages of 64 KiB and no maximum.
pub(crate) fn new_memory<T: Send + 'static>(store: &mut Store<T>, pages: u32) -> Result<Memory, MemoryError> {
    Memory::new(store, MemoryType::new(pages, None, false))
}

/// Grows a memory by `pages` pages of 64 KiB, and returns the old size in pages.
pub(crate) fn grow_memory(store: &mut impl AsStoreMut, memory: &Memory, pages: u32) -> Result<u64, MemoryError> {
    memory.grow(store, pages).map(|before| before.0.into())
}

/// The limits of a store: none, because Wasmer sets limits in the engine.
pub(crate) type StoreLimits = ();

/// The remaining fuel, in points. An instruction costs one point.
pub(crate) fn fuel(store: &mut impl AsStoreMut, instance: &Instance) -> Option<u64> {
    Some(match get_remaining_points(store, instance) {
        MeteringPoints::Remaining(points) => points,
        MeteringPoints::Exhausted => 0,
    })
}

/// Sets the remaining fuel of a guest, in points.
pub(crate) fn refill(store: &mut impl AsStoreMut, instance: &Instance, fuel: u64) -> Result<(), Error> {
    set_remaining_points(store, instance, fuel);
    Ok(())
}

/// The export of the start function that the host must call in a metered runtime.
pub(crate) const LATE_START: Option<&str> = Some(LateStart::EXPORT);

/// The imports of a guest that throws and catches exceptions: `early_exit`, `throw` and the tag.
pub(crate) fn thrower_imports(store: &mut impl AsStoreMut) -> AnyResult<[Extern; 3]> {
    let early_exit = |code: u32| if code == 0 { Ok(()) } else { Err(ExitCode(code)) };
    let throw = |mut env: Caller<Tag>, payload: i32| -> Result<(), Error> {
        let (tag, mut store) = env.data_and_store_mut();
        let exception = Exception::new(&mut store, tag, &[Val::I32(payload)]);
        Err(Error::exception(&store, exception))
    };
    let tag = Tag::new(store, [ValType::I32]);
    let env = FunctionEnv::new(store, tag.clone());
    let (early_exit, throw) = (Func::new_typed(store, early_exit), Func::new_typed_with_env(store, &env, throw));
    Ok([early_exit.into(), throw.into(), tag.into()])
}

pub(crate) fn serialize(module: &Module) -> AnyResult<impl Deref<Target = [u8]> + Clone + IntoBytes + use<>> {
    Ok(module.serialize()?)
}

pub(crate) fn deserialize(runtime: &Runtime, artifact: impl IntoBytes) -> AnyResult<Module> {
    // SAFETY: `serialize` made the bytes in this process from a valid module.
    Ok(unsafe { Module::deserialize(runtime, artifact) }?)
}

/// A new runtime without a compiler.
pub(crate) fn headless_runtime(_: &Wasmer) -> AnyResult<Runtime> {
    Ok(EngineBuilder::headless().into())
}

/// A new runtime. It ignores the stack size in bytes, because Wasmer runs guests on a separate stack.
pub(crate) fn runtime_with_stack(engine: &Wasmer, _: usize) -> Runtime {
    engine.runtime()
}

/// A new runtime for a store that uses a module, because Wasmer offers no access to the module's runtime.
pub(crate) fn runtime_for(engine: &Wasmer, _: &Module) -> Runtime {
    engine.runtime()
}

/// `count` modules of a guest in one runtime. They are loaded from one artifact, because compiling each would take minutes.
pub(crate) fn copies(engine: &Wasmer, guest: &str, count: u64) -> AnyResult<(Vec<Module>, Runtime)> {
    let artifact = serialize(&engine.cached_module(guest)?.1)?;
    let runtime = engine.runtime();
    let copies = (0..count).map(|_| deserialize(&runtime, artifact.clone())).collect::<AnyResult<_>>()?;
    Ok((copies, runtime))
}
