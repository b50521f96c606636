//! The ways for a host function to end its guest.
use super::api::{Caller, Error, Func, Store, Val, ValType, func_type, host};
use crate::engine::embedding::planted;
use crate::exit_code::ExitCode;

/// A way to end the guest. The store's data counts the calls, for those that look at it.
pub(super) trait Way: 'static {
    /// The export that calls the host function.
    const EXPORT: &str = "run";

    /// Makes the host function. It calls `leaving` right before it makes the error that it returns.
    fn host(store: &mut Store<u64>, leaving: impl ExitFn) -> Func;
}

pub(super) trait ExitFn: Fn() + Copy + Send + Sync + 'static {}
impl<F: Fn() + Copy + Send + Sync + 'static> ExitFn for F {}

pub(super) struct Typed;
impl Way for Typed {
    fn host(store: &mut Store<u64>, leaving: impl ExitFn) -> Func {
        Func::wrap(store, typed(leaving))
    }
}

pub(super) fn typed(leaving: impl ExitFn) -> impl Fn(u32) -> Result<(), Error> + Send + Sync + 'static {
    move |code| {
        if code == 0 {
            return Ok(());
        }
        leaving();
        planted::work();
        Err(host(ExitCode(code)))
    }
}

pub(super) struct TypedEnv;
impl Way for TypedEnv {
    fn host(store: &mut Store<u64>, leaving: impl ExitFn) -> Func {
        Func::wrap(store, move |mut caller: Caller<'_, u64>, code: u32| -> Result<(), Error> {
            *caller.data_mut() += 1;
            typed(leaving)(code)
        })
    }
}

fn dynamic(arguments: &[Val], leaving: impl ExitFn) -> Result<(), Error> {
    typed(leaving)(arguments[0].i32().unwrap_or_default() as u32)
}

pub(super) struct Dynamic;
impl Way for Dynamic {
    fn host(store: &mut Store<u64>, leaving: impl ExitFn) -> Func {
        let signature = func_type(store.engine(), [ValType::I32], []);
        Func::new(store, signature, move |_: Caller<'_, u64>, arguments: &[Val], _: &mut [Val]| {
            dynamic(arguments, leaving)
        })
    }
}

pub(super) struct DynamicEnv;
impl Way for DynamicEnv {
    fn host(store: &mut Store<u64>, leaving: impl ExitFn) -> Func {
        let signature = func_type(store.engine(), [ValType::I32], []);
        Func::new(store, signature, move |mut caller: Caller<'_, u64>, arguments: &[Val], _: &mut [Val]| {
            *caller.data_mut() += 1;
            dynamic(arguments, leaving)
        })
    }
}

pub(super) struct Indirect;
impl Way for Indirect {
    const EXPORT: &str = "run_indirect";

    fn host(store: &mut Store<u64>, leaving: impl ExitFn) -> Func {
        Typed::host(store, leaving)
    }
}
