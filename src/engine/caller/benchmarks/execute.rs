//! What the guest's own code takes.
use anyhow::Result;

use super::api::{TypedFunc, WasmResults};
use super::ready::{Ready, tell};
use super::{Own, Theme};
use crate::catalog::benchmark::execute;
use crate::catalog::benchmark::execute::{FIB_OF, SWEPT_WORDS};
use crate::catalog::benchmark::floor;
use crate::engine::Support::Do;
use crate::engine::embedding::Prepared;
use crate::guest;

pub(in super::super::super) const CAN: Theme = &[
    (&execute::FIB, Do(|own, _| kernel(own, "fib", FIB_OF.0, FIB_OF.1))),
    (&execute::SWEEP, Do(|own, _| kernel(own, "sweep", SWEPT_WORDS, floor::swept()))),
    (&execute::HASH, Do(hash)),
];

fn hash(own: &Own, rounds: u64) -> Result<Prepared> {
    let rounds = i32::try_from(rounds)?;
    kernel(own, "hash", rounds, floor::hash(rounds))
}

fn kernel<R>(own: &Own, export: &str, n: i32, must: R) -> Result<Prepared>
where
    R: WasmResults + PartialEq + std::fmt::Debug + 'static,
{
    let mut ready = Ready::new(&own.shelved(guest::KERNELS)?, (), |_| Vec::new())?;
    let kernel: TypedFunc<i32, R> = ready.function(export)?;
    Ok(Prepared::repeat(
        move || kernel.call(&mut ready.store, n),
        move |result| matches!(result, Ok(result) if *result == must),
        tell,
    ))
}
