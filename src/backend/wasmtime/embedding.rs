//! The seam, filled in for wasmtime: any module, any import, values as they come.
use std::panic::{AssertUnwindSafe, catch_unwind};

use ::wasmtime::{
    Caller, Engine, Error, Extern, ExternType, Func, Global, Instance as WasmtimeInstance, Memory, Module, Ref,
    RefType, Store, Table, Tag, ThrownException, Trap as WasmtimeTrap, V128, Val, ValType,
};
use anyhow::{Result, bail};

use super::Wasmtime;
use crate::embedding::{Compiled, Embedding, Host, Instance, Outcome, Trap, Value};
use crate::exit_code::ExitCode;

impl Embedding for Wasmtime {
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
        let mut store = Store::new(&self.engine, ());
        let mut imports = Vec::new();
        for import in self.module.imports() {
            imports.push(meet(&mut store, import.name(), import.ty(), &host)?);
        }
        let instance = WasmtimeInstance::new(&mut store, &self.module, &imports)?;
        Ok(Box::new(Running { store, instance }))
    }
}

/// Something of the type that an import declares.
fn meet(store: &mut Store<()>, name: &str, declared: ExternType, host: &Host) -> Result<Extern> {
    Ok(match declared {
        ExternType::Func(of) => {
            let (name, host) = (name.to_owned(), host.clone());
            let answer = move |_: Caller<'_, ()>, arguments: &[Val], results: &mut [Val]| {
                let arguments = arguments.iter().map(ours).collect::<Result<Vec<_>>>().map_err(Error::from_anyhow)?;
                for (result, value) in results.iter_mut().zip(host(&name, &arguments)?) {
                    *result = theirs(value);
                }
                Ok(())
            };
            Func::new(store, of, answer).into()
        }
        ExternType::Memory(of) => Memory::new(store, of)?.into(),
        ExternType::Table(of) => {
            let nothing = null(of.element())?;
            Table::new(store, of, nothing)?.into()
        }
        ExternType::Global(of) => {
            let value = zero(of.content())?;
            Global::new(store, of, value)?.into()
        }
        ExternType::Tag(of) => Tag::new(store, &of)?.into(),
    })
}

struct Running {
    store: Store<()>,
    instance: WasmtimeInstance,
}

impl Instance for Running {
    fn call(&mut self, export: &str, arguments: &[Value]) -> Outcome {
        let Some(function) = self.instance.get_func(&mut self.store, export) else {
            return Outcome::Failed(format!("no function is exported as `{export}`"));
        };
        let arguments: Vec<_> = arguments.iter().copied().map(theirs).collect();
        let mut results = vec![Val::I32(0); function.ty(&self.store).results().len()];
        match catch_unwind(AssertUnwindSafe(|| function.call(&mut self.store, &arguments, &mut results))) {
            Ok(Ok(())) => match results.iter().map(ours).collect() {
                Ok(values) => Outcome::Returned(values),
                Err(error) => Outcome::Failed(error.to_string()),
            },
            Ok(Err(error)) => outcome(&error),
            Err(panic) => Outcome::panicked(&*panic),
        }
    }
}

/// The one place where an error of wasmtime's becomes an [`Outcome`].
pub(super) fn outcome(error: &Error) -> Outcome {
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
        Some(WasmtimeTrap::HeapMisaligned) => Trap::UnalignedAtomic,
        Some(WasmtimeTrap::Interrupt) => Trap::Interrupted,
        Some(WasmtimeTrap::OutOfFuel) => Trap::OutOfFuel,
        _ => return Outcome::Failed(format!("{error:#}")),
    })
}

pub(super) fn ours(value: &Val) -> Result<Value> {
    Ok(match value {
        Val::I32(n) => Value::I32(*n),
        Val::I64(n) => Value::I64(*n),
        Val::F32(bits) => Value::F32(*bits),
        Val::F64(bits) => Value::F64(*bits),
        Val::V128(bits) => Value::V128(bits.as_u128()),
        other => bail!("a value that is no number: {other:?}"),
    })
}

fn theirs(value: Value) -> Val {
    match value {
        Value::I32(n) => Val::I32(n),
        Value::I64(n) => Val::I64(n),
        Value::F32(bits) => Val::F32(bits),
        Value::F64(bits) => Val::F64(bits),
        Value::V128(bits) => Val::V128(V128::from(bits)),
    }
}

fn zero(of: &ValType) -> Result<Val> {
    match Val::default_for_ty(of) {
        Some(value) => Ok(value),
        None => bail!("no value of type {of} can be made up"),
    }
}

fn null(of: &RefType) -> Result<Ref> {
    match zero(&ValType::Ref(of.clone()))?.ref_() {
        Some(reference) => Ok(reference),
        None => bail!("no reference of type {of} can be made up"),
    }
}
