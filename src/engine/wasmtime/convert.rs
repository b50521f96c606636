//! Conversion between wasmtime's values, errors and imports and those of the any-module interface.
use ::wasmtime::{
    AsContext, AsContextMut, Caller, Error, Extern, ExternRef, ExternType, Func, Global, HeapType, ImportType, Memory,
    Store, Table, Tag, ThrownException, Trap as WasmtimeTrap, V128, Val, ValType,
};
use anyhow::{Context, Result, bail, ensure};

use crate::engine::embedding::{CANNOT_PASS, Host, Import, Outcome, Trap, Type, Unsupported, Value};
use crate::exit_code::ExitCode;

/// Creates a stub for an import: a function that calls `host`, or a memory, table, global or tag of the declared type.
pub(crate) fn stub_import(store: &mut Store<()>, place: usize, import: &ImportType<'_>, host: &Host) -> Result<Extern> {
    Ok(match import.ty() {
        ExternType::Func(of) => {
            let (module, name, host) = (import.module().into(), import.name().into(), host.clone());
            let results: Vec<_> = of.results().collect();
            let import = Import { module, name, place, results: results.iter().map(from_engine_type).collect() };
            let answer = move |caller: &mut Caller<'_, ()>, arguments: &[Val]| {
                let arguments =
                    arguments.iter().map(|value| from_engine(&*caller, value)).collect::<Result<Vec<_>>>()?;
                let values = host(&import, &arguments)?;
                ensure!(values.len() == results.len(), no_reference());
                let typed = values.into_iter().zip(&results);
                typed.map(|(value, ty)| to_engine(&mut *caller, value, ty)).collect::<Result<Vec<_>>>()
            };
            Func::new(store, of, move |mut caller: Caller<'_, ()>, arguments: &[Val], results: &mut [Val]| {
                // An `ExitCode` keeps its type, so that the caller finds it by downcast.
                let values = answer(&mut caller, arguments).map_err(Error::from_anyhow)?;
                results.iter_mut().zip(values).for_each(|(result, value)| *result = value);
                Ok(())
            })
            .into()
        }
        ExternType::Memory(of) if of.is_shared() => {
            bail!(Unsupported("shared memory support is disabled for this engine (`Config::shared_memory`)".into()))
        }
        ExternType::Memory(of) => Memory::new(store, of)?.into(),
        ExternType::Table(of) => {
            let null = Val::default_for_ty(&ValType::Ref(of.element().clone())).and_then(|value| value.ref_());
            Table::new(store, of, null.with_context(no_reference)?)?.into()
        }
        ExternType::Global(of) => {
            let value = Val::default_for_ty(of.content()).with_context(no_reference)?;
            Global::new(store, of, value)?.into()
        }
        ExternType::Tag(of) => Tag::new(store, &of)?.into(),
    })
}

fn from_engine_type(of: &ValType) -> Type {
    match of {
        ValType::I32 => Type::I32,
        ValType::I64 => Type::I64,
        ValType::F32 => Type::F32,
        ValType::F64 => Type::F64,
        ValType::V128 => Type::V128,
        ValType::Ref(of) if of.is_nullable() && matches!(of.heap_type(), HeapType::Func) => Type::FuncRef,
        ValType::Ref(of) if of.is_nullable() && matches!(of.heap_type(), HeapType::Extern) => Type::ExternRef,
        ValType::Ref(of) if of.is_nullable() => Type::Other,
        ValType::Ref(_) => Type::NonNull,
    }
}

/// The only conversion of a wasmtime error to an [`Outcome`].
pub(crate) fn outcome(error: &Error) -> Outcome {
    if let Some(code) = error.downcast_ref::<ExitCode>() {
        return Outcome::Exited(*code);
    }
    if error.is::<ThrownException>() {
        return Outcome::Trapped(Trap::UncaughtException);
    }
    Outcome::Trapped(match error.downcast_ref() {
        Some(WasmtimeTrap::UnreachableCodeReached) => Trap::Unreachable,
        Some(WasmtimeTrap::IntegerDivisionByZero) => Trap::IntegerDivideByZero,
        Some(WasmtimeTrap::IntegerOverflow) => Trap::IntegerOverflow,
        Some(WasmtimeTrap::BadConversionToInteger) => Trap::InvalidConversionToInteger,
        Some(WasmtimeTrap::MemoryOutOfBounds) => Trap::OutOfBoundsMemoryAccess,
        Some(WasmtimeTrap::TableOutOfBounds) => Trap::OutOfBoundsTableAccess,
        Some(WasmtimeTrap::IndirectCallToNull) => Trap::UninitializedElement,
        Some(WasmtimeTrap::BadSignature) => Trap::IndirectCallTypeMismatch,
        Some(WasmtimeTrap::StackOverflow) => Trap::CallStackExhausted,
        Some(WasmtimeTrap::NullReference) => Trap::NullReference,
        Some(WasmtimeTrap::ArrayOutOfBounds) => Trap::OutOfBoundsArrayAccess,
        Some(WasmtimeTrap::CastFailure) => Trap::CastFailure,
        Some(WasmtimeTrap::AllocationTooLarge) => Trap::AllocationTooLarge,
        Some(WasmtimeTrap::HeapMisaligned) => Trap::UnalignedAtomic,
        Some(WasmtimeTrap::AtomicWaitNonSharedMemory) => Trap::ExpectedSharedMemory,
        Some(WasmtimeTrap::Interrupt) => Trap::Interrupted,
        Some(WasmtimeTrap::OutOfFuel) => Trap::OutOfFuel,
        _ => return Outcome::Failed(format!("{error:#}")),
    })
}

pub(crate) fn from_engine(store: impl AsContext, value: &Val) -> Result<Value> {
    Ok(match value {
        Val::I32(n) => Value::I32(*n),
        Val::I64(n) => Value::I64(*n),
        Val::F32(bits) => Value::F32(*bits),
        Val::F64(bits) => Value::F64(*bits),
        Val::V128(bits) => Value::V128(bits.as_u128()),
        Val::FuncRef(function) => Value::FuncRef(function.is_some()),
        Val::ExternRef(None) => Value::ExternRef(None),
        Val::ExternRef(Some(held)) => {
            let number = held.data(&store)?.and_then(|held| held.downcast_ref().copied());
            number.map_or(Value::OtherRef(true), |number| Value::ExternRef(Some(number)))
        }
        Val::AnyRef(reference) => Value::OtherRef(reference.is_some()),
        Val::ExnRef(reference) => Value::OtherRef(reference.is_some()),
        Val::ContRef(reference) => Value::OtherRef(reference.is_some()),
    })
}

/// The arguments of a call.
pub(crate) fn arguments(mut store: impl AsContextMut, function: &Func, values: &[Value]) -> Result<Vec<Val>> {
    let ty = function.ty(&store);
    let (takes, given) = (ty.params().len(), values.len());
    ensure!(takes == given, "expected {takes} arguments, got {given}");
    let typed = values.iter().zip(ty.params());
    typed.map(|(value, ty)| to_engine(&mut store, *value, &ty)).collect()
}

/// Null has a different value in each hierarchy of reference types, so the type is needed.
fn to_engine(store: impl AsContextMut, value: Value, ty: &ValType) -> Result<Val> {
    Ok(match value {
        Value::I32(n) => Val::I32(n),
        Value::I64(n) => Val::I64(n),
        Value::F32(bits) => Val::F32(bits),
        Value::F64(bits) => Val::F64(bits),
        Value::V128(bits) => Val::V128(V128::from(bits)),
        Value::FuncRef(false) => Val::FuncRef(None),
        Value::FuncRef(true) | Value::OtherRef(true) => bail!(CANNOT_PASS),
        Value::ExternRef(None) => Val::ExternRef(None),
        Value::ExternRef(Some(held)) => Val::ExternRef(Some(ExternRef::new(store, held)?)),
        Value::OtherRef(false) => Val::default_for_ty(ty).with_context(|| format!("null is no {ty}"))?,
    })
}

/// The reason why a stub cannot be made, or cannot return.
fn no_reference() -> Unsupported {
    Unsupported("no reference that is not null can be made up".into())
}
