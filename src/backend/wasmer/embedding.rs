//! The seam, filled in for Wasmer: any module, any import, values as they come.
use std::panic::{AssertUnwindSafe, catch_unwind};

use ::wasmer::sys::vm::TrapCode;
use ::wasmer::{
    Engine, Extern, ExternType, Function, Global, Imports, Instance as WasmerInstance, Memory, Module, RuntimeError,
    Store, Table, Type, Value as WasmerValue,
};
use anyhow::{Result, bail};

use super::Wasmer;
use crate::embedding::{Compiled, Embedding, Host, Instance, Outcome, Trap, Value};
use crate::exit_code::ExitCode;

impl Embedding for Wasmer {
    fn compile(&self, wasm: &[u8]) -> Result<Box<dyn Compiled>> {
        let engine = self.engine();
        Ok(Box::new(Ready { module: Module::new(&engine, wasm)?, engine }))
    }
}

struct Ready {
    engine: Engine,
    module: Module,
}

impl Compiled for Ready {
    fn instantiate(&self, host: Host) -> Result<Box<dyn Instance>> {
        let mut store = Store::new(self.engine.clone());
        let mut imports = Imports::new();
        for import in self.module.imports() {
            let met = meet(&mut store, import.name(), import.ty(), &host)?;
            imports.define(import.module(), import.name(), met);
        }
        let instance = WasmerInstance::new(&mut store, &self.module, &imports)?;
        Ok(Box::new(Running { store, instance }))
    }
}

/// Something of the type that an import declares.
fn meet(store: &mut Store, name: &str, declared: &ExternType, host: &Host) -> Result<Extern> {
    Ok(match declared {
        ExternType::Function(of) => {
            let (name, host) = (name.to_owned(), host.clone());
            let answer = move |arguments: &[WasmerValue]| {
                let arguments: Vec<_> = arguments.iter().map(ours).collect::<Result<_>>().map_err(foreign)?;
                let results = host(&name, &arguments).map_err(|code| RuntimeError::user(Box::new(code)))?;
                Ok(results.into_iter().map(theirs).collect())
            };
            Function::new(store, of, answer).into()
        }
        ExternType::Memory(of) => Memory::new(store, *of)?.into(),
        ExternType::Table(of) => Table::new(store, *of, zero(of.ty)?)?.into(),
        ExternType::Global(of) if of.mutability.is_mutable() => Global::new_mut(store, zero(of.ty)?).into(),
        ExternType::Global(of) => Global::new(store, zero(of.ty)?).into(),
        ExternType::Tag(of) => ::wasmer::Tag::new(store, of.params.to_vec()).into(),
    })
}

struct Running {
    store: Store,
    instance: WasmerInstance,
}

impl Instance for Running {
    fn call(&mut self, export: &str, arguments: &[Value]) -> Outcome {
        let function = match self.instance.exports.get_function(export) {
            Ok(function) => function.clone(),
            Err(missing) => return Outcome::Failed(missing.to_string()),
        };
        let arguments: Vec<_> = arguments.iter().copied().map(theirs).collect();
        match catch_unwind(AssertUnwindSafe(|| function.call(&mut self.store, &arguments))) {
            Ok(result) => ended(&result),
            Err(panic) => Outcome::panicked(&*panic),
        }
    }
}

/// How a call ended.
pub(super) fn ended(result: &Result<Box<[WasmerValue]>, RuntimeError>) -> Outcome {
    match result {
        Ok(results) => match results.iter().map(ours).collect() {
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

fn ours(value: &WasmerValue) -> Result<Value> {
    Ok(match value {
        WasmerValue::I32(n) => Value::I32(*n),
        WasmerValue::I64(n) => Value::I64(*n),
        WasmerValue::F32(n) => Value::F32(n.to_bits()),
        WasmerValue::F64(n) => Value::F64(n.to_bits()),
        WasmerValue::V128(n) => Value::V128(*n),
        other => bail!("a value that is no number: {other:?}"),
    })
}

fn theirs(value: Value) -> WasmerValue {
    match value {
        Value::I32(n) => WasmerValue::I32(n),
        Value::I64(n) => WasmerValue::I64(n),
        Value::F32(bits) => WasmerValue::F32(f32::from_bits(bits)),
        Value::F64(bits) => WasmerValue::F64(f64::from_bits(bits)),
        Value::V128(bits) => WasmerValue::V128(bits),
    }
}

fn zero(of: Type) -> Result<WasmerValue> {
    Ok(match of {
        Type::I32 => WasmerValue::I32(0),
        Type::I64 => WasmerValue::I64(0),
        Type::F32 => WasmerValue::F32(0.0),
        Type::F64 => WasmerValue::F64(0.0),
        Type::V128 => WasmerValue::V128(0),
        Type::FuncRef => WasmerValue::FuncRef(None),
        Type::ExternRef => WasmerValue::ExternRef(None),
        Type::ExceptionRef => bail!("no exception reference can be made up"),
    })
}

fn foreign(error: anyhow::Error) -> RuntimeError {
    RuntimeError::new(error.to_string())
}
