//! The guests of scenarios and benchmarks, as a C host would create them. Their host functions have an environment, in which
//! an exit leaves its code.
use std::cell::Cell;
use std::ffi::c_void;
use std::rc::Rc;

use anyhow::{Result, anyhow, bail};

use super::bindings::{Api, CallbackWithEnv, Extern, Func, Instance, Store, Trap, Val, Values};
use super::embedding::exit_message;
use super::objects::{CompiledGuest, Exports, NotMade, Owned};
use crate::catalog::scenario::exit::LET_PASS;
use crate::engine::embedding::{Signature, Type, injected_instructions};
use crate::exit_code::ExitCode;

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
        self.api.new_trap(self.store, format!("{}\0", exit_message(code)).as_bytes())
    }
}

/// The host function `early_exit`: exits with its argument plus the offset, unless the argument is [`LET_PASS`].
pub(super) unsafe extern "C" fn early_exit(env: *mut c_void, arguments: *const Values, _: *mut Values) -> *mut Trap {
    // SAFETY: the environment has this type and lives as long as the store. The argument is an i32.
    let (env, asked) = unsafe { (&*env.cast::<Environment>(), (*(*arguments).data).of.i32.cast_unsigned()) };
    injected_instructions::execute();
    if asked == LET_PASS { std::ptr::null_mut() } else { env.exit(ExitCode(asked.wrapping_add(env.offset.get()))) }
}

thread_local! {
    /// The library and the store, for callbacks without an environment.
    static OF_THIS_THREAD: Cell<Option<(&'static Api, *mut Store)>> = const { Cell::new(None) };
}

/// A host function without an environment: exits with its argument, unless the argument is [`LET_PASS`].
pub(super) unsafe extern "C" fn plain_exit(arguments: *const Values, _: *mut Values) -> *mut Trap {
    // SAFETY: the argument is an i32.
    let asked = unsafe { (*(*arguments).data).of.i32.cast_unsigned() };
    injected_instructions::execute();
    match OF_THIS_THREAD.get() {
        Some((api, store)) if asked != LET_PASS => api.new_trap(store, format!("exit code: {asked}\0").as_bytes()),
        _ => std::ptr::null_mut(),
    }
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
    pub(super) fn new(of: &Rc<CompiledGuest>, imports: &[(Signature, CallbackWithEnv)]) -> Result<Self> {
        Self::of_functions(of, |store, env| {
            let imports = imports.iter();
            imports
                .map(|(signature, callback)| of.api.new_function_with_env(store, signature, *callback, env))
                .collect()
        })
    }

    /// Instantiates a guest with the host function that `function` creates, which has no environment.
    pub(super) fn without_env(
        of: &Rc<CompiledGuest>,
        function: impl FnOnce(&Owned<Store>) -> Result<Owned<Func>>,
    ) -> Result<Self> {
        Self::of_functions(of, |store, _| {
            OF_THIS_THREAD.set(Some((of.api, **store)));
            Ok(vec![function(store)?])
        })
    }

    /// Instantiates a guest with the host functions that `functions` creates.
    fn of_functions(
        of: &Rc<CompiledGuest>,
        functions: impl FnOnce(&Owned<Store>, *const Environment) -> Result<Vec<Owned<Func>>>,
    ) -> Result<Self> {
        let store = of.api.new_store(&of.engine)?;
        let env = Environment::new(of.api, &store);
        let functions = functions(&store, Rc::as_ptr(&env))?;
        let externs: Vec<*mut Extern> = functions.iter().map(|function| as_extern(of.api, function)).collect();
        let instance = of.api.instantiate(&store, &of.module, &externs).map_err(|error| match error {
            NotMade::Silent => anyhow!("there is no instance, without a reason"),
            NotMade::Trap(trap) => anyhow!("there is no instance: {}", of.api.message(&trap)),
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
        self.of.api.call(function, arguments, &mut results)?;
        // SAFETY: the result is the i32 from above, or the i32 that the function has returned.
        Ok(unsafe { results[0].of.i32 })
    }

    /// Calls an export that must exit. Returns the code and the trap.
    pub(super) fn exit(&self, export: &str, arguments: &[i32]) -> Result<(ExitCode, Owned<Trap>)> {
        match (self.call(export, arguments)?, self.env.code.take()) {
            (Err(trap), Some(code)) => Ok((code, trap)),
            (Err(trap), None) => bail!("no code, and the trap: {}", self.of.api.message(&trap)),
            (Ok(sum), _) => bail!("expected an early exit, but the guest returned {sum}"),
        }
    }
}

pub(super) fn as_extern(api: &Api, function: &Owned<Func>) -> *mut Extern {
    // SAFETY: the function is valid.
    unsafe { (api.wasm_func_as_extern)(**function) }
}
