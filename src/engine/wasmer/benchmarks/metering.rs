//! The benchmark of a guest that runs out of points.
use std::sync::Arc;

use anyhow::Result;
use wasmer_middlewares::metering::{MeteringPoints, get_remaining_points, set_remaining_points};

use crate::catalog::benchmark::unwind;
use crate::engine::BenchmarkTable;
use crate::engine::Support::Do;
use crate::engine::embedding::{Instant, Prepared};
use crate::engine::wasmer::Wasmer;
use crate::engine::wasmer::api::{Module, imports, wrap};
use crate::engine::wasmer::suite::benchmarks::guest_instance::{GuestInstance, RunFunc, describe, early_exit};
use crate::guest;

pub(super) const BENCHMARKS: BenchmarkTable<Wasmer> = &[(&unwind::METERING, Do(|wasmer, _| metering(wasmer)))];

/// The module is not from the cache, because the middleware compiles the initial points into it.
fn metering(wasmer: &Wasmer) -> Result<Prepared> {
    let runtime = wasmer.metered_runtime(1);
    let module = Module::new(&runtime, guest::wasm(guest::EARLY_EXIT))?;
    let mut ready = GuestInstance::new(&Arc::new((runtime, module)), (), |store| {
        imports! { "env" => { "early_exit" => wrap(store, early_exit) } }
    })?;
    let run: RunFunc = ready.function("run")?;
    Ok(Prepared::laps(move || {
        set_remaining_points(&mut ready.store, &ready.instance, 1);
        let started = Instant::now();
        let result = run.call(&mut ready.store, (0, 7));
        let points = get_remaining_points(&mut ready.store, &ready.instance);
        let took = started.elapsed();
        let exhausted = result.is_err() && points == MeteringPoints::Exhausted;
        (took, if exhausted { Ok(()) } else { Err(format!("{}, with {points:?}", describe(result))) })
    }))
}
