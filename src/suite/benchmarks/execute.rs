//! Kernels: the time in the guest's own code.
use anyhow::Result;

use super::api::{TypedFunc, WasmResults, imports};
use super::guest_instance::{GuestInstance, describe};
use super::{BenchmarkTable, Do, Engine, guest};
use crate::catalog::benchmark::execute;
use crate::catalog::benchmark::execute::{FIB_OF, FLOAT_SIZE, NESTED_ROWS, PARSED_NUMBERS, SWEPT_WORDS, TIGHT_TURNS};
use crate::catalog::benchmark::native;
use crate::engine::embedding::Prepared;

pub(crate) const BENCHMARKS: BenchmarkTable<Engine> = &[
    (&execute::FIB, Do(|engine, _| kernel(engine, "fib", FIB_OF.0, FIB_OF.1))),
    (&execute::SWEEP, Do(|engine, _| kernel(engine, "sweep", SWEPT_WORDS, native::swept()))),
    (&execute::HASH, Do(hash)),
    (&execute::TIGHT, Do(|engine, _| kernel(engine, "tight", TIGHT_TURNS, native::tight(TIGHT_TURNS)))),
    (&execute::NESTED, Do(|engine, _| kernel(engine, "nested", NESTED_ROWS, native::nested(NESTED_ROWS)))),
    (&execute::FLOAT, Do(|engine, _| kernel(engine, "float", FLOAT_SIZE, native::float(FLOAT_SIZE)))),
    (&execute::PARSE, Do(|engine, _| kernel(engine, "parse", PARSED_NUMBERS, native::parse(PARSED_NUMBERS)))),
];

fn hash(engine: &Engine, rounds: u64) -> Result<Prepared> {
    let rounds = i32::try_from(rounds)?;
    kernel(engine, "hash", rounds, native::hash(rounds))
}

fn kernel<R>(engine: &Engine, export: &str, n: i32, must: R) -> Result<Prepared>
where
    R: WasmResults + PartialEq + std::fmt::Debug + 'static,
{
    let mut ready = GuestInstance::new(&engine.cached_module(guest::KERNELS)?, (), |_| imports! {})?;
    let kernel: TypedFunc<i32, R> = ready.function(export)?;
    Ok(Prepared::repeat(
        move || kernel.call(&mut ready.store, n),
        move |result| matches!(result, Ok(result) if *result == must),
        describe,
    ))
}
