//! The ways for a host function to end its guest.
use wasmer::{Function, FunctionEnv, FunctionEnvMut, FunctionType, RuntimeError, Store, Type, Value};

use super::ready::CODE;
use crate::engine::embedding::planted;
use crate::exit_code::ExitCode;

/// A way to end the guest.
pub(super) trait Way: 'static {
    /// The export that calls the host function.
    const EXPORT: &str = "run";

    /// Makes the host function. It calls `leaving` right before it makes the error that it returns; a cheap one right before
    /// it returns, either way.
    fn host(store: &mut Store, leaving: impl ExitFn) -> Function;

    /// How the caller gets the code.
    fn caught(error: RuntimeError) -> Result<ExitCode, RuntimeError> {
        error.downcast()
    }
}

pub(super) trait ExitFn: Fn() + Copy + Send + Sync + 'static {}
impl<F: Fn() + Copy + Send + Sync + 'static> ExitFn for F {}

pub(super) struct Typed;
impl Way for Typed {
    fn host(store: &mut Store, leaving: impl ExitFn) -> Function {
        Function::new_typed(store, typed(leaving))
    }
}

pub(super) fn typed(leaving: impl ExitFn) -> impl Fn(u32) -> Result<(), ExitCode> + Send + Sync + 'static {
    move |code| {
        if code == 0 {
            return Ok(());
        }
        leaving();
        planted::work();
        Err(ExitCode(code))
    }
}

pub(super) struct TypedEnv;
impl Way for TypedEnv {
    fn host(store: &mut Store, leaving: impl ExitFn) -> Function {
        let calls = FunctionEnv::new(store, 0_u64);
        let early_exit = move |mut calls: FunctionEnvMut<u64>, code: u32| {
            *calls.data_mut() += 1;
            typed(leaving)(code)
        };
        Function::new_typed_with_env(store, &calls, early_exit)
    }
}

pub(super) struct Dynamic;
impl Way for Dynamic {
    fn host(store: &mut Store, leaving: impl ExitFn) -> Function {
        Function::new(store, signature(), dynamic(leaving))
    }
}

fn signature() -> FunctionType {
    FunctionType::new([Type::I32], [])
}

fn dynamic(leaving: impl ExitFn) -> impl Fn(&[Value]) -> Result<Vec<Value>, RuntimeError> + Send + Sync + 'static {
    move |arguments| {
        let code = arguments[0].unwrap_i32() as u32;
        if code == 0 {
            return Ok(Vec::new());
        }
        leaving();
        planted::work();
        Err(RuntimeError::user(Box::new(ExitCode(code))))
    }
}

pub(super) struct DynamicEnv;
impl Way for DynamicEnv {
    fn host(store: &mut Store, leaving: impl ExitFn) -> Function {
        let calls = FunctionEnv::new(store, 0_u64);
        let early_exit = move |mut calls: FunctionEnvMut<u64>, arguments: &[Value]| {
            *calls.data_mut() += 1;
            dynamic(leaving)(arguments)
        };
        Function::new_with_env(store, &calls, signature(), early_exit)
    }
}

pub(super) struct MadeOnTheSpot;
impl Way for MadeOnTheSpot {
    fn host(store: &mut Store, leaving: impl ExitFn) -> Function {
        let early_exit = move |code: u32| {
            if code == 0 {
                return Ok(());
            }
            leaving();
            planted::work();
            Err(RuntimeError::user(Box::new(ExitCode(code))))
        };
        Function::new_typed(store, early_exit)
    }
}

pub(super) struct TypedPrebuilt;
impl Way for TypedPrebuilt {
    fn host(store: &mut Store, leaving: impl ExitFn) -> Function {
        let prebuilt = RuntimeError::user(Box::new(CODE));
        let early_exit = move |code: u32| {
            leaving();
            if code == 0 {
                return Ok(());
            }
            planted::work();
            Err(prebuilt.clone())
        };
        Function::new_typed(store, early_exit)
    }

    /// By value it would fail, since the original lives.
    fn caught(error: RuntimeError) -> Result<ExitCode, RuntimeError> {
        error.downcast_ref().copied().ok_or(error)
    }
}

pub(super) struct DynamicPrebuilt;
impl Way for DynamicPrebuilt {
    fn host(store: &mut Store, leaving: impl ExitFn) -> Function {
        let prebuilt = RuntimeError::user(Box::new(CODE));
        let early_exit = move |arguments: &[Value]| {
            let code = arguments[0].unwrap_i32();
            leaving();
            if code == 0 {
                return Ok(Vec::new());
            }
            planted::work();
            Err(prebuilt.clone())
        };
        Function::new(store, signature(), early_exit)
    }

    fn caught(error: RuntimeError) -> Result<ExitCode, RuntimeError> {
        TypedPrebuilt::caught(error)
    }
}

pub(super) struct Indirect;
impl Way for Indirect {
    const EXPORT: &str = "run_indirect";

    fn host(store: &mut Store, leaving: impl ExitFn) -> Function {
        Typed::host(store, leaving)
    }
}
