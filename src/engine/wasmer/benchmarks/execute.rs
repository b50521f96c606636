//! What the guest's own code takes.
use anyhow::Result;
use wasmer::{Imports, TypedFunction, WasmTypeList};

use super::Theme;
use super::ready::{Ready, tell};
use crate::catalog::benchmark::execute;
use crate::catalog::benchmark::execute::{FIB_OF, SWEPT_WORDS};
use crate::catalog::benchmark::floor;
use crate::engine::Support::Do;
use crate::engine::embedding::Prepared;
use crate::engine::wasmer::Wasmer;
use crate::guest;

pub(super) const CAN: Theme = &[
    (&execute::FIB, Do(|wasmer, _| kernel(wasmer, "fib", FIB_OF.0, FIB_OF.1))),
    (&execute::SWEEP, Do(|wasmer, _| kernel(wasmer, "sweep", SWEPT_WORDS, floor::swept()))),
    (&execute::HASH, Do(hash)),
];

fn hash(wasmer: &Wasmer, rounds: u64) -> Result<Prepared> {
    let rounds = i32::try_from(rounds)?;
    kernel(wasmer, "hash", rounds, floor::hash(rounds))
}

fn kernel<R>(wasmer: &Wasmer, export: &str, n: i32, must: R) -> Result<Prepared>
where
    R: WasmTypeList + PartialEq + std::fmt::Debug + 'static,
{
    let mut ready = Ready::new(&wasmer.shelved(guest::KERNELS)?, |_| Imports::new())?;
    let kernel: TypedFunction<i32, R> = ready.function(export)?;
    Ok(Prepared::repeat(
        move || kernel.call(&mut ready.store, n),
        move |result| matches!(result, Ok(result) if *result == must),
        tell,
    ))
}
