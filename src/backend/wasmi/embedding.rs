//! The seam, filled in for wasmi: any module, any import, values as they come.
use std::panic::{AssertUnwindSafe, catch_unwind};

use ::wasmi::errors::{ErrorKind, MemoryError, TableError};
use ::wasmi::{
    Caller, Engine, Error, Extern, ExternType, F32, F64, Func, Global, Instance as WasmiInstance, Memory, Module, Ref,
    Store, Table, TrapCode, V128, Val,
};
use anyhow::{Result, bail};

use super::Wasmi;
use crate::embedding::{Compiled, Embedding, Host, Instance, Outcome, Trap, Value};
use crate::exit_code::ExitCode;

impl Embedding for Wasmi {
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
        let instance = WasmiInstance::new(&mut store, &self.module, &imports)?;
        Ok(Box::new(Running { store, instance }))
    }
}

/// Something of the type that an import declares.
fn meet(store: &mut Store<()>, name: &str, declared: &ExternType, host: &Host) -> Result<Extern> {
    Ok(match declared {
        ExternType::Func(of) => {
            let (name, host) = (name.to_owned(), host.clone());
            let answer = move |_: Caller<'_, ()>, arguments: &[Val], results: &mut [Val]| {
                let arguments = arguments.iter().map(ours).collect::<Result<Vec<_>>>();
                let arguments = arguments.map_err(|error| Error::new(error.to_string()))?;
                let values = host(&name, &arguments).map_err(Error::host)?;
                for (result, value) in results.iter_mut().zip(values) {
                    *result = theirs(value);
                }
                Ok(())
            };
            Func::new(store, of.clone(), answer).into()
        }
        ExternType::Memory(of) => Memory::new(store, *of)?.into(),
        ExternType::Table(of) => Table::new(store, *of, Ref::null(of.element()))?.into(),
        ExternType::Global(of) => Global::new(store, Val::default_for_ty(of.content()), of.mutability()).into(),
    })
}

struct Running {
    store: Store<()>,
    instance: WasmiInstance,
}

impl Instance for Running {
    fn call(&mut self, export: &str, arguments: &[Value]) -> Outcome {
        let Some(function) = self.instance.get_func(&self.store, export) else {
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

/// The one place where an error of wasmi's becomes an [`Outcome`].
pub(super) fn outcome(error: &Error) -> Outcome {
    if let Some(code) = error.downcast_ref::<ExitCode>() {
        return Outcome::Exited(*code);
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
        // What a segment runs into while a module is instantiated.
        (None, ErrorKind::Memory(MemoryError::OutOfBoundsAccess)) => Trap::OutOfBoundsMemoryAccess,
        (None, ErrorKind::Table(TableError::InitOutOfBounds)) => Trap::OutOfBoundsTableAccess,
        _ => return Outcome::Failed(error.to_string()),
    })
}

pub(super) fn ours(value: &Val) -> Result<Value> {
    Ok(match value {
        Val::I32(n) => Value::I32(*n),
        Val::I64(n) => Value::I64(*n),
        Val::F32(n) => Value::F32(n.to_bits()),
        Val::F64(n) => Value::F64(n.to_bits()),
        Val::V128(n) => Value::V128(n.as_u128()),
        other => bail!("a value that is no number: {other:?}"),
    })
}

fn theirs(value: Value) -> Val {
    match value {
        Value::I32(n) => Val::I32(n),
        Value::I64(n) => Val::I64(n),
        Value::F32(bits) => Val::F32(F32::from_bits(bits)),
        Value::F64(bits) => Val::F64(F64::from_bits(bits)),
        Value::V128(bits) => Val::V128(V128::from(bits)),
    }
}
