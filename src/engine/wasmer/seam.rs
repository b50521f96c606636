//! Where the seam is filled in with words that are Wasmer's alone.
use std::panic::{AssertUnwindSafe, catch_unwind};

use ::wasmer::sys::vm::TrapCode;
use ::wasmer::{
    AsStoreMut, AsStoreRef, Exception, Extern, ExternRef, ExternType, Function, FunctionEnv, FunctionEnvMut,
    FunctionType, Global, Instance, InstantiationError, Memory, RuntimeError, Store, Table, Tag, Type as WasmerType,
    Value as WasmerValue,
};
use anyhow::{Context, Result, bail};

use crate::engine::embedding::{Host, Import, NotInstantiated, Outcome, Trap, Type, Value};
use crate::exit_code::ExitCode;

/// Something of the type that an import declares.
pub(super) fn meet(
    store: &mut Store,
    env: &FunctionEnv<()>,
    (place, module, name): (usize, &str, &str),
    declared: &ExternType,
    host: &Host,
) -> Result<Extern> {
    Ok(match declared {
        ExternType::Function(of) => {
            let (import, host) = (import(place, module, name, of), host.clone());
            let answer = move |mut env: FunctionEnvMut<()>, arguments: &[WasmerValue]| {
                let arguments: Vec<_> = arguments.iter().map(|value| ours(&env, value)).collect::<Result<_>>()?;
                let results = host(&import, &arguments)?;
                results.into_iter().map(|value| theirs(&mut env, value)).collect::<Result<Vec<_>>>()
            };
            // An exit is handed on as it is, so that the caller finds it by downcast.
            let answer = move |env: FunctionEnvMut<()>, arguments: &[WasmerValue]| {
                answer(env, arguments).map_err(|error| match error.downcast::<ExitCode>() {
                    Ok(code) => RuntimeError::user(Box::new(code)),
                    Err(error) => RuntimeError::new(error.to_string()),
                })
            };
            Function::new_with_env(store, env, of, answer).into()
        }
        ExternType::Memory(of) => Memory::new(store, *of)?.into(),
        ExternType::Table(of) => {
            let nothing = zero(store, of.ty)?;
            Table::new(store, *of, nothing)?.into()
        }
        ExternType::Global(of) => {
            let zero = zero(store, of.ty)?;
            if of.mutability.is_mutable() { Global::new_mut(store, zero) } else { Global::new(store, zero) }.into()
        }
        ExternType::Tag(of) => Tag::new(store, of.params.to_vec()).into(),
    })
}

fn import(place: usize, module: &str, name: &str, of: &FunctionType) -> Import {
    let types = |types: &[WasmerType]| types.iter().copied().map(our_type).collect();
    let (parameters, results) = (types(of.params()), types(of.results()));
    Import { module: module.into(), name: name.into(), place, parameters, results }
}

/// What a guest imports that is to be thrown at: `early_exit`, `throw` and the tag.
pub(super) fn thrower_imports(store: &mut Store) -> [Extern; 3] {
    let early_exit = |code: u32| if code == 0 { Ok(()) } else { Err(ExitCode(code)) };
    let throw = |mut env: FunctionEnvMut<Tag>, payload: i32| -> Result<(), RuntimeError> {
        let (tag, mut store) = env.data_and_store_mut();
        let exception = Exception::new(&mut store, tag, &[WasmerValue::I32(payload)]);
        Err(RuntimeError::exception(&store, exception))
    };
    let tag = Tag::new(store, [WasmerType::I32]);
    let env = FunctionEnv::new(store, tag.clone());
    let (early_exit, throw) =
        (Function::new_typed(store, early_exit), Function::new_typed_with_env(store, &env, throw));
    [early_exit.into(), throw.into(), tag.into()]
}

pub(super) fn call(store: &mut Store, instance: &Instance, export: &str, arguments: &[Value]) -> Outcome {
    let function = match instance.exports.get_function(export) {
        Ok(function) => function.clone(),
        Err(missing) => return Outcome::Failed(missing.to_string()),
    };
    let arguments: Result<Vec<_>> = arguments.iter().map(|value| theirs(store, *value)).collect();
    let arguments = match arguments {
        Ok(arguments) => arguments,
        Err(error) => return Outcome::Failed(error.to_string()),
    };
    match catch_unwind(AssertUnwindSafe(|| function.call(store, &arguments))) {
        Ok(returned) => ended(store, &returned),
        Err(panic) => Outcome::panicked(&*panic),
    }
}

/// What is in an exported global.
pub(super) fn global(store: &mut Store, instance: &Instance, export: &str) -> Option<Value> {
    let value = instance.exports.get_global(export).ok()?.get(store);
    ours(store, &value).ok()
}

/// What came in place of an instance.
pub(super) fn not_instantiated(error: InstantiationError) -> NotInstantiated {
    match error {
        InstantiationError::Start(error) => NotInstantiated::Start(outcome(&error)),
        error => NotInstantiated::Unlinked(error.into()),
    }
}

/// How a call ended.
pub(super) fn ended(store: &impl AsStoreRef, result: &Result<Box<[WasmerValue]>, RuntimeError>) -> Outcome {
    match result {
        Ok(results) => match results.iter().map(|value| ours(store, value)).collect() {
            Ok(values) => Outcome::Returned(values),
            Err(error) => Outcome::Failed(error.to_string()),
        },
        Err(error) => outcome(error),
    }
}

/// The one place where an error of Wasmer's becomes an [`Outcome`].
pub(super) fn outcome(error: &RuntimeError) -> Outcome {
    if let Some(code) = error.downcast_ref::<ExitCode>() {
        return Outcome::Exited(*code);
    }
    let Some(code) = error.clone().to_trap() else { return Outcome::Failed(error.to_string()) };
    Outcome::Trapped(match code {
        TrapCode::UnreachableCodeReached => Trap::Unreachable,
        TrapCode::IntegerDivisionByZero => Trap::IntegerDivideByZero,
        TrapCode::IntegerOverflow => Trap::IntegerOverflow,
        TrapCode::BadConversionToInteger => Trap::InvalidConversionToInteger,
        TrapCode::HeapAccessOutOfBounds => Trap::OutOfBoundsMemoryAccess,
        TrapCode::TableAccessOutOfBounds => Trap::OutOfBoundsTableAccess,
        TrapCode::IndirectCallToNull => Trap::UninitializedElement,
        TrapCode::BadSignature => Trap::IndirectCallTypeMismatch,
        TrapCode::StackOverflow => Trap::CallStackExhausted,
        TrapCode::HeapMisaligned | TrapCode::UnalignedAtomic => Trap::UnalignedAtomic,
        TrapCode::UninitializedExnRef => Trap::NullExceptionReference,
        TrapCode::UncaughtException => Trap::UncaughtException,
        TrapCode::HostInterrupt => Trap::Interrupted,
        TrapCode::YieldOutsideAsyncContext | TrapCode::ReadonlyTableModified => {
            return Outcome::Failed(error.to_string());
        }
    })
}

fn ours(store: &impl AsStoreRef, value: &WasmerValue) -> Result<Value> {
    Ok(match value {
        WasmerValue::I32(n) => Value::I32(*n),
        WasmerValue::I64(n) => Value::I64(*n),
        WasmerValue::F32(n) => Value::F32(n.to_bits()),
        WasmerValue::F64(n) => Value::F64(n.to_bits()),
        WasmerValue::V128(n) => Value::V128(*n),
        WasmerValue::FuncRef(function) => Value::FuncRef(function.is_some()),
        WasmerValue::ExternRef(reference) => {
            Value::ExternRef(reference.as_ref().map(|held| held.downcast(store).copied().unwrap_or(u32::MAX)))
        }
        WasmerValue::ExceptionRef(_) => bail!("a reference to an exception, which no host can hold"),
    })
}

fn theirs(store: &mut impl AsStoreMut, value: Value) -> Result<WasmerValue> {
    Ok(match value {
        Value::I32(n) => WasmerValue::I32(n),
        Value::I64(n) => WasmerValue::I64(n),
        Value::F32(bits) => WasmerValue::F32(f32::from_bits(bits)),
        Value::F64(bits) => WasmerValue::F64(f64::from_bits(bits)),
        Value::V128(bits) => WasmerValue::V128(bits),
        Value::FuncRef(false) => WasmerValue::FuncRef(None),
        Value::FuncRef(true) => bail!("a function that is only told of cannot be handed to a guest"),
        Value::ExternRef(held) => WasmerValue::ExternRef(held.map(|held| ExternRef::new(store, held))),
    })
}

fn our_type(of: WasmerType) -> Type {
    match of {
        WasmerType::I32 => Type::I32,
        WasmerType::I64 => Type::I64,
        WasmerType::F32 => Type::F32,
        WasmerType::F64 => Type::F64,
        WasmerType::V128 => Type::V128,
        WasmerType::FuncRef => Type::FuncRef,
        WasmerType::ExternRef => Type::ExternRef,
        WasmerType::ExceptionRef => Type::Other,
    }
}

fn zero(store: &mut Store, of: WasmerType) -> Result<WasmerValue> {
    theirs(store, our_type(of).zero().context("no exception reference can be made up")?)
}
