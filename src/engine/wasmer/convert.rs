//! Conversion between Wasmer's values, errors and imports and those of the any-module interface.
use ::wasmer::sys::vm::TrapCode;
use ::wasmer::{
    AsStoreMut, AsStoreRef, Extern, ExternRef, ExternType, Function, FunctionEnvMut, Global, ImportType, Memory,
    RuntimeError, Table, Tag, Type as WasmerType, Value as WasmerValue,
};
use anyhow::{Context, Result, bail};
use wasmer_middlewares::metering::{MeteringPoints, get_remaining_points};

use super::api::{Instance, Store};
use crate::engine::embedding::{CANNOT_PASS, Host, Import, Outcome, Trap, Type, Unsupported, Value};
use crate::exit_code::ExitCode;

/// Creates a stub for an import: a function that calls `host`, or a memory, table, global or tag of the declared type.
pub(crate) fn stub_import(store: &mut Store<()>, place: usize, import: &ImportType, host: &Host) -> Result<Extern> {
    Ok(match import.ty() {
        ExternType::Function(of) => {
            let (module, name, host) = (import.module().into(), import.name().into(), host.clone());
            let results = of.results().iter().copied().map(from_engine_type).collect();
            let import = Import { module, name, place, results };
            let answer = move |mut env: FunctionEnvMut<()>, arguments: &[WasmerValue]| {
                let arguments: Vec<_> =
                    arguments.iter().map(|value| from_engine(&env, value)).collect::<Result<_>>()?;
                let results = host(&import, &arguments)?;
                results.into_iter().map(|value| to_engine(&mut env, value)).collect::<Result<Vec<_>>>()
            };
            // An `ExitCode` keeps its type, so that the caller finds it by downcast.
            let answer = move |env: FunctionEnvMut<()>, arguments: &[WasmerValue]| {
                answer(env, arguments).map_err(|error| match error.downcast::<ExitCode>() {
                    Ok(code) => RuntimeError::user(Box::new(code)),
                    Err(error) => RuntimeError::new(error.to_string()),
                })
            };
            let env = store.env();
            Function::new_with_env(store, &env, of, answer).into()
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

/// Reports exhausted points as [`Trap::OutOfFuel`]. Metering itself ends the guest with an `unreachable` trap.
pub(crate) fn metered_outcome(store: &mut impl AsStoreMut, instance: &Instance, outcome: Outcome) -> Outcome {
    let exhausted = |store| get_remaining_points(store, instance) == MeteringPoints::Exhausted;
    match outcome {
        Outcome::Trapped(Trap::Unreachable) if exhausted(store) => Outcome::Trapped(Trap::OutOfFuel),
        other => other,
    }
}

/// The only conversion of a Wasmer error to an [`Outcome`].
pub(crate) fn outcome(error: &RuntimeError) -> Outcome {
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
        TrapCode::UninitializedExnRef => Trap::NullReference,
        TrapCode::UncaughtException => Trap::UncaughtException,
        TrapCode::HostInterrupt => Trap::Interrupted,
        TrapCode::YieldOutsideAsyncContext | TrapCode::ReadonlyTableModified => {
            return Outcome::Failed(error.to_string());
        }
    })
}

pub(crate) fn from_engine(store: &impl AsStoreRef, value: &WasmerValue) -> Result<Value> {
    Ok(match value {
        WasmerValue::I32(n) => Value::I32(*n),
        WasmerValue::I64(n) => Value::I64(*n),
        WasmerValue::F32(n) => Value::F32(n.to_bits()),
        WasmerValue::F64(n) => Value::F64(n.to_bits()),
        WasmerValue::V128(n) => Value::V128(*n),
        WasmerValue::FuncRef(function) => Value::FuncRef(function.is_some()),
        WasmerValue::ExternRef(None) => Value::ExternRef(None),
        WasmerValue::ExternRef(Some(held)) => {
            held.downcast(store).map_or(Value::OtherRef(true), |number| Value::ExternRef(Some(*number)))
        }
        WasmerValue::ExceptionRef(reference) => Value::OtherRef(reference.is_some()),
    })
}

/// The arguments of a call.
pub(crate) fn arguments(store: &mut impl AsStoreMut, _: &Function, values: &[Value]) -> Result<Vec<WasmerValue>> {
    values.iter().map(|value| to_engine(store, *value)).collect()
}

fn to_engine(store: &mut impl AsStoreMut, value: Value) -> Result<WasmerValue> {
    Ok(match value {
        Value::I32(n) => WasmerValue::I32(n),
        Value::I64(n) => WasmerValue::I64(n),
        Value::F32(bits) => WasmerValue::F32(f32::from_bits(bits)),
        Value::F64(bits) => WasmerValue::F64(f64::from_bits(bits)),
        Value::V128(bits) => WasmerValue::V128(bits),
        Value::FuncRef(false) => WasmerValue::FuncRef(None),
        Value::FuncRef(true) | Value::OtherRef(true) => bail!(CANNOT_PASS),
        Value::ExternRef(held) => WasmerValue::ExternRef(held.map(|held| ExternRef::new(store, held))),
        // The only other type of reference that Wasmer has.
        Value::OtherRef(false) => WasmerValue::ExceptionRef(None),
    })
}

fn from_engine_type(of: WasmerType) -> Type {
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

/// The initial value of a table or global. Wasmer makes no table of exceptions, and initializes 32 of the 64 bits that Cranelift
/// reads from a global, so that null is not null for the guest.
fn zero(store: &mut Store<()>, of: WasmerType) -> Result<WasmerValue> {
    if of == WasmerType::ExceptionRef {
        bail!(Unsupported("Wasmer's hosts cannot make tables and globals of exceptions".into()));
    }
    to_engine(store, from_engine_type(of).zero().context("every type has a zero or null")?)
}
