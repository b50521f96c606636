//! Ways for a host function to end its guest.
use super::ExitCode;
use super::api::{
    Caller, Error, Func, Raised, Store, Val, ValType, downcast, dynamic, dynamic_env, raise, to_error, wrap, wrap_env,
};
use crate::engine::embedding::injected_instructions;

/// A way to end the guest. The store's data counts the calls of host functions with an environment.
pub(crate) trait WayToExit: 'static {
    /// The export that calls the host function.
    const EXPORT: &str = "run";

    /// Creates the host function. It calls `before_exit` immediately before it creates its error. A host function with a
    /// prebuilt error calls `before_exit` before each return.
    fn host(store: &mut Store<u64>, before_exit: impl BeforeExit) -> Func;

    /// Reads the exit code in the caller, or returns the error.
    fn read_code(error: Error) -> Result<ExitCode, Error> {
        downcast(error)
    }
}

pub(crate) trait BeforeExit: Fn() + Copy + Send + Sync + 'static {}
impl<F: Fn() + Copy + Send + Sync + 'static> BeforeExit for F {}

pub(crate) struct Typed;
impl WayToExit for Typed {
    fn host(store: &mut Store<u64>, before_exit: impl BeforeExit) -> Func {
        wrap(store, typed(before_exit))
    }
}

pub(crate) fn typed(
    before_exit: impl BeforeExit,
) -> impl Fn(u32) -> Result<(), Raised<ExitCode>> + Send + Sync + 'static {
    move |code| {
        if code == 0 {
            return Ok(());
        }
        before_exit();
        injected_instructions::execute();
        Err(raise(ExitCode(code)))
    }
}

pub(crate) struct TypedEnv;
impl WayToExit for TypedEnv {
    fn host(store: &mut Store<u64>, before_exit: impl BeforeExit) -> Func {
        wrap_env(store, move |mut caller: Caller<'_, u64>, code: u32| -> Result<(), Raised<ExitCode>> {
            *caller.data_mut() += 1;
            typed(before_exit)(code)
        })
    }
}

fn dynamically(before_exit: impl BeforeExit) -> impl Fn(&[Val]) -> Result<[Val; 0], Error> + Send + Sync + 'static {
    move |arguments| {
        let code = arguments[0].i32().unwrap_or_default() as u32;
        if code == 0 {
            return Ok([]);
        }
        before_exit();
        injected_instructions::execute();
        Err(to_error(ExitCode(code)))
    }
}

pub(crate) struct Dynamic;
impl WayToExit for Dynamic {
    fn host(store: &mut Store<u64>, before_exit: impl BeforeExit) -> Func {
        dynamic(store, [ValType::I32], [], dynamically(before_exit))
    }
}

pub(crate) struct DynamicEnv;
impl WayToExit for DynamicEnv {
    fn host(store: &mut Store<u64>, before_exit: impl BeforeExit) -> Func {
        dynamic_env(store, [ValType::I32], [], move |mut caller: Caller<'_, u64>, arguments: &[Val]| {
            *caller.data_mut() += 1;
            dynamically(before_exit)(arguments)
        })
    }
}

pub(crate) struct Indirect;
impl WayToExit for Indirect {
    const EXPORT: &str = "run_indirect";

    fn host(store: &mut Store<u64>, before_exit: impl BeforeExit) -> Func {
        Typed::host(store, before_exit)
    }
}
