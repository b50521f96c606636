//! The guests of scenarios and benchmarks, as a C host would create them. Their host functions have an environment, in which
//! an exit leaves its code.
use std::cell::Cell;
use std::ffi::c_void;
use std::rc::Rc;

use anyhow::{Context, Result, anyhow, bail};

use super::bindings::{self, Api, CallbackWithEnv, Engine, Extern, Func, Instance, List, Module, Store, Trap, Val};
use super::embedding::exit_message;
use super::objects::{self, Exports, NotMade, Owned};
use crate::catalog::scenario::exit::LET_PASS;
use crate::engine::embedding::{Signature, Type, injected_instructions};
use crate::exit_code::ExitCode;

/// A module with its engine.
pub(super) struct CompiledGuest {
    pub(super) module: Owned<Module>,
    _store: Owned<Store>,
    pub(super) engine: Owned<Engine>,
    pub(super) api: &'static Api,
}

impl CompiledGuest {
    pub(super) fn new(api: &'static Api, wasm: &[u8]) -> Result<Rc<Self>> {
        let engine = objects::engine(api)?;
        let store = objects::store(api, &engine)?;
        let module = objects::module(api, &store, wasm).context("the library refuses the module")?;
        Ok(Rc::new(Self { module, _store: store, engine, api }))
    }
}

/// The environment of a guest's host functions.
pub(super) struct Environment {
    pub(super) api: &'static Api,
    pub(super) store: *mut Store,
    /// The code of the last exit.
    pub(super) code: Cell<Option<ExitCode>>,
    /// The number added to each code, so that the codes of two instances differ.
    pub(super) offset: Cell<u32>,
    /// The guest function that a re-entrant host function calls.
    pub(super) function: Cell<*mut Func>,
}

impl Environment {
    pub(super) fn new(api: &'static Api, store: &Owned<Store>) -> Rc<Self> {
        let function = Cell::new(std::ptr::null_mut());
        Rc::new(Self { api, store: **store, code: Cell::new(None), offset: Cell::new(0), function })
    }

    /// Creates a trap with the code in its message, and leaves the code in the environment.
    pub(super) fn exit(&self, code: ExitCode) -> *mut Trap {
        self.code.set(Some(code));
        objects::new_trap(self.api, self.store, format!("{}\0", exit_message(code)).as_bytes())
    }
}

/// The host function `early_exit`: exits with its argument plus the offset, unless the argument is [`LET_PASS`].
pub(super) unsafe extern "C" fn early_exit(
    env: *mut c_void,
    arguments: *const List<Val>,
    _: *mut List<Val>,
) -> *mut Trap {
    // SAFETY: the environment has this type and lives as long as the store. The argument is an i32.
    let (env, asked) = unsafe { (&*env.cast::<Environment>(), (*(*arguments).data).of.i32.cast_unsigned()) };
    injected_instructions::execute();
    if asked == LET_PASS { std::ptr::null_mut() } else { env.exit(ExitCode(asked.wrapping_add(env.offset.get()))) }
}

/// An instance with its store and its host functions.
pub(super) struct LibraryGuest {
    pub(super) exports: Exports,
    _instance: Owned<Instance>,
    _functions: Vec<Owned<Func>>,
    pub(super) env: Rc<Environment>,
    _store: Owned<Store>,
    pub(super) of: Rc<CompiledGuest>,
}

/// A host function that a guest imports.
pub(super) type HostImport = (Signature, CallbackWithEnv);

/// `(param i32)`, the signature of `early_exit`.
pub(super) fn takes_code() -> Signature {
    Signature { parameters: vec![Type::I32], results: Vec::new() }
}

impl LibraryGuest {
    /// Instantiates a guest that imports only `early_exit`.
    pub(super) fn exiting(of: &Rc<CompiledGuest>) -> Result<Self> {
        Self::new(of, &[(takes_code(), early_exit)])
    }

    /// Instantiates a guest. Its host functions share an environment.
    pub(super) fn new(of: &Rc<CompiledGuest>, imports: &[HostImport]) -> Result<Self> {
        Self::of_functions(of, |store, env| {
            let function = |(signature, callback): &HostImport| {
                objects::function_with_env(of.api, store, signature, *callback, env)
            };
            imports.iter().map(function).collect()
        })
    }

    /// Instantiates a guest with the host functions that `functions` creates.
    pub(super) fn of_functions(
        of: &Rc<CompiledGuest>,
        functions: impl FnOnce(&Owned<Store>, *const Environment) -> Result<Vec<Owned<Func>>>,
    ) -> Result<Self> {
        let store = objects::store(of.api, &of.engine)?;
        let env = Environment::new(of.api, &store);
        let functions = functions(&store, Rc::as_ptr(&env))?;
        let externs: Vec<*mut Extern> = functions.iter().map(|function| as_extern(of.api, function)).collect();
        let instance = objects::instantiate(of.api, &store, &of.module, &externs).map_err(|error| match error {
            NotMade::Silent => anyhow!("there is no instance, without a reason"),
            NotMade::Trap(trap) => anyhow!("there is no instance: {}", objects::message(of.api, &trap)),
        })?;
        let exports = Exports::of(of.api, &of.module, &instance)?;
        Ok(Self { exports, _instance: instance, _functions: functions, env, _store: store, of: of.clone() })
    }

    /// Calls an export that returns an i32.
    pub(super) fn call(&self, export: &str, arguments: &[i32]) -> Result<Result<i32, Owned<Trap>>> {
        let function = self.exports.function(export)?;
        let arguments: Vec<_> = arguments.iter().map(|n| Val::i32(*n)).collect();
        Ok(self.call_function(function, &arguments))
    }

    /// Calls a function that was looked up before, so that no lookup is timed.
    #[inline]
    pub(super) fn call_function(&self, function: *mut Func, arguments: &[Val]) -> Result<i32, Owned<Trap>> {
        let mut results = [Val::i32(0)];
        objects::call(self.of.api, function, arguments, &mut results)?;
        // SAFETY: the result is the i32 from above, or the i32 that the function has returned.
        Ok(unsafe { results[0].of.i32 })
    }

    /// Calls an export that must exit. Returns the code and the trap.
    pub(super) fn exit(&self, export: &str, arguments: &[i32]) -> Result<(ExitCode, Owned<Trap>)> {
        match (self.call(export, arguments)?, self.env.code.take()) {
            (Err(trap), Some(code)) => Ok((code, trap)),
            (Err(trap), None) => bail!("no code, and the trap: {}", objects::message(self.of.api, &trap)),
            (Ok(sum), _) => bail!("expected an early exit, but the guest returned {sum}"),
        }
    }
}

pub(super) fn as_extern(api: &Api, function: &Owned<Func>) -> *mut Extern {
    // SAFETY: the function is valid.
    unsafe { (api.wasm_func_as_extern)(**function) }
}

/// An immutable global of type `i32`.
pub(super) fn constant(api: &Api, store: &Owned<Store>, value: i32) -> Result<Owned<bindings::Global>> {
    // SAFETY: the global type takes ownership of the value type. The global only reads its type and its value.
    unsafe {
        let of = (api.wasm_globaltype_new)((api.wasm_valtype_new)(bindings::kind::I32), 0);
        let of = Owned::new(of, api.wasm_globaltype_delete).context("the library makes no type")?;
        let global = (api.wasm_global_new)(**store, *of, &Val::i32(value));
        Owned::new(global, api.wasm_global_delete).context("the library makes no global")
    }
}
