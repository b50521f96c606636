//! Conversion between wasmi's values, errors and imports and those of the any-module interface.
use std::panic::{AssertUnwindSafe, catch_unwind};

use ::wasmi::errors::{ErrorKind, HostError, InstantiationError, MemoryError, TableError};
use ::wasmi::{
    AsContext, AsContextMut, Caller, Error, Extern, ExternRef, ExternType, F32, F64, Func, Global, ImportType, Memory,
    Nullable, Ref, Store, Table, TrapCode, V128, Val, ValType,
};
use anyhow::{Result, bail};

use crate::engine::embedding::{CANNOT_PASS, Host, Import, Outcome, Trap, Type, Value, panic_message};
use crate::exit_code::ExitCode;

/// Creates a stub for an import: a function that calls `host`, or a memory, table or global of the declared type.
pub(crate) fn stub_import(store: &mut Store<()>, place: usize, import: &ImportType<'_>, host: &Host) -> Result<Extern> {
    Ok(match import.ty() {
        ExternType::Func(of) => {
            let (module, name, host) = (import.module().into(), import.name().into(), host.clone());
            let results = of.results().iter().copied().map(from_engine_type).collect();
            let import = Import { module, name, place, results };
            let answer = move |caller: &mut Caller<'_, ()>, arguments: &[Val]| {
                let arguments =
                    arguments.iter().map(|value| from_engine(&*caller, value)).collect::<Result<Vec<_>>>()?;
                // A panic must not unwind wasmi's frames, so it becomes an error.
                let values = match catch_unwind(AssertUnwindSafe(|| host(&import, &arguments))) {
                    Ok(answered) => answered?,
                    Err(payload) => bail!(Panicked(panic_message(&*payload).to_owned())),
                };
                values.into_iter().map(|value| to_engine(&mut *caller, value)).collect::<Result<Vec<_>>>()
            };
            Func::new(store, of.clone(), move |mut caller: Caller<'_, ()>, arguments: &[Val], results: &mut [Val]| {
                // An `ExitCode` keeps its type, so that the caller finds it by downcast.
                let values = answer(&mut caller, arguments).map_err(|error| match error.downcast::<ExitCode>() {
                    Ok(code) => Error::host(code),
                    Err(error) => match error.downcast::<Panicked>() {
                        Ok(panicked) => Error::host(panicked),
                        Err(error) => Error::new(error.to_string()),
                    },
                })?;
                results.iter_mut().zip(values).for_each(|(result, value)| *result = value);
                Ok(())
            })
            .into()
        }
        ExternType::Memory(of) => Memory::new(store, *of)?.into(),
        ExternType::Table(of) => Table::new(store, *of, Ref::null(of.element()))?.into(),
        ExternType::Global(of) => Global::new(store, Val::default_for_ty(of.content()), of.mutability()).into(),
    })
}

/// The message of a host function's panic.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Panicked(String);

impl HostError for Panicked {}

fn from_engine_type(of: ValType) -> Type {
    match of {
        ValType::I32 => Type::I32,
        ValType::I64 => Type::I64,
        ValType::F32 => Type::F32,
        ValType::F64 => Type::F64,
        ValType::V128 => Type::V128,
        ValType::FuncRef => Type::FuncRef,
        ValType::ExternRef => Type::ExternRef,
    }
}

/// The only conversion of a wasmi error to an [`Outcome`].
pub(crate) fn outcome(error: &Error) -> Outcome {
    if let Some(code) = error.downcast_ref::<ExitCode>() {
        return Outcome::Exited(*code);
    }
    if let Some(Panicked(message)) = error.downcast_ref() {
        return Outcome::Panicked(message.clone());
    }
    Outcome::Trapped(match (error.as_trap_code(), error.kind()) {
        (Some(TrapCode::UnreachableCodeReached), _) => Trap::Unreachable,
        (Some(TrapCode::IntegerDivisionByZero), _) => Trap::IntegerDivideByZero,
        (Some(TrapCode::IntegerOverflow), _) => Trap::IntegerOverflow,
        (Some(TrapCode::BadConversionToInteger), _) => Trap::InvalidConversionToInteger,
        (Some(TrapCode::MemoryOutOfBounds), _) => Trap::OutOfBoundsMemoryAccess,
        (Some(TrapCode::TableOutOfBounds), _) => Trap::OutOfBoundsTableAccess,
        (Some(TrapCode::IndirectCallToNull), _) => Trap::UninitializedElement,
        (Some(TrapCode::BadSignature), _) => Trap::IndirectCallTypeMismatch,
        (Some(TrapCode::StackOverflow), _) => Trap::CallStackExhausted,
        (Some(TrapCode::OutOfFuel), _) => Trap::OutOfFuel,
        // A data or element segment does not fit at instantiation.
        (None, ErrorKind::Memory(MemoryError::OutOfBoundsAccess)) => Trap::OutOfBoundsMemoryAccess,
        (
            None,
            ErrorKind::Table(TableError::InitOutOfBounds)
            | ErrorKind::Instantiation(InstantiationError::ElementSegmentDoesNotFit { .. }),
        ) => Trap::OutOfBoundsTableAccess,
        _ => return Outcome::Failed(error.to_string()),
    })
}

pub(crate) fn from_engine(store: impl AsContext, value: &Val) -> Result<Value> {
    Ok(match value {
        Val::I32(n) => Value::I32(*n),
        Val::I64(n) => Value::I64(*n),
        Val::F32(n) => Value::F32(n.to_bits()),
        Val::F64(n) => Value::F64(n.to_bits()),
        Val::V128(n) => Value::V128(n.as_u128()),
        Val::FuncRef(function) => Value::FuncRef(!function.is_null()),
        Val::ExternRef(Nullable::Null) => Value::ExternRef(None),
        Val::ExternRef(Nullable::Val(held)) => {
            let number = held.data(store.as_context()).downcast_ref().copied();
            number.map_or(Value::OtherRef(true), |number| Value::ExternRef(Some(number)))
        }
    })
}

/// The arguments of a call.
pub(crate) fn arguments(mut store: impl AsContextMut, _: &Func, values: &[Value]) -> Result<Vec<Val>> {
    values.iter().map(|value| to_engine(&mut store, *value)).collect()
}

fn to_engine(store: impl AsContextMut, value: Value) -> Result<Val> {
    Ok(match value {
        Value::I32(n) => Val::I32(n),
        Value::I64(n) => Val::I64(n),
        Value::F32(bits) => Val::F32(F32::from_bits(bits)),
        Value::F64(bits) => Val::F64(F64::from_bits(bits)),
        Value::V128(bits) => Val::V128(V128::from(bits)),
        Value::FuncRef(false) => Val::FuncRef(Nullable::Null),
        Value::FuncRef(true) | Value::OtherRef(true) => bail!(CANNOT_PASS),
        Value::ExternRef(None) => Val::ExternRef(Nullable::Null),
        Value::ExternRef(Some(held)) => Val::ExternRef(Nullable::Val(ExternRef::new(store, held))),
        Value::OtherRef(false) => bail!("wasmi has no other references"),
    })
}
