//! Each way to exit: the whole call, the latency from the error to the caller, and the same call without an exit.
use anyhow::Result;

use super::api::{Store, imports};
use super::guest_instance::{CODE, ExitResult, GuestInstance, RunFunc, describe, repeat_exit};
use super::way::{BeforeExit, Dynamic, DynamicEnv, Indirect, Typed, TypedEnv, WayToExit};
use super::{BenchmarkTable, Do, Engine, ExitCode, guest, start};
use crate::catalog::benchmark::unwind;
use crate::engine::embedding::{Instant, Prepared};
use crate::engine::exit_latency::{latency_since_exit, note_exit};

/// A table with three benchmarks per way, and further rows.
macro_rules! ways {
    ($($id:ident = $method:ty),*; and $($row:expr),* $(,)?) => {
        &[
            $(
                (&unwind::$id.whole, Do(|engine, _| whole::<$method>(engine))),
                (&unwind::$id.latency, Do(|engine, _| latency::<$method>(engine))),
                (&unwind::$id.returned, Do(|engine, _| returned::<$method>(engine))),
            )*
            $($row),*
        ]
    };
}
#[allow(unused_imports, reason = "for what only one engine has")]
pub(crate) use ways;

pub(crate) const BENCHMARKS: BenchmarkTable<Engine> = ways! {
    TYPED = Typed,
    TYPED_ENV = TypedEnv,
    DYNAMIC = Dynamic,
    DYNAMIC_ENV = DynamicEnv,
    INDIRECT = Indirect;
    and
    (&unwind::START.whole, Do(|engine, _| start::whole(engine, CODE))),
    (&unwind::START.latency, Do(|engine, _| start::latency(engine))),
    (&unwind::START.returned, Do(|engine, _| start::whole(engine, ExitCode(0)))),
};

/// The instantiated guest with the host function of a way.
pub(crate) fn ready<M: WayToExit>(engine: &Engine, before_exit: impl BeforeExit) -> Result<GuestInstance<u64>> {
    GuestInstance::new(&engine.cached_module(guest::LEAVING)?, 0, |store| {
        imports! { "env" => { "early_exit" => M::host(store, before_exit) } }
    })
}

/// Calls the guest, and reads the exit code.
#[inline]
pub(crate) fn exit<M: WayToExit, T: Send + 'static>(
    store: &mut Store<T>,
    run: &RunFunc,
    code: i32,
    n: i32,
) -> ExitResult {
    match run.call(store, (code, n)) {
        Ok(sum) => ExitResult::Returned(sum),
        Err(error) => M::read_code(error).map_or_else(ExitResult::Failed, ExitResult::Exited),
    }
}

pub(crate) fn whole<M: WayToExit>(engine: &Engine) -> Result<Prepared> {
    whole_with::<M>(engine, CODE.0 as i32)
}

fn whole_with<M: WayToExit>(engine: &Engine, code: i32) -> Result<Prepared> {
    let mut ready = ready::<M>(engine, || ())?;
    let run = ready.function(M::EXPORT)?;
    Ok(repeat_exit(move || exit::<M, _>(&mut ready.store, &run, code, 7)))
}

pub(crate) fn returned<M: WayToExit>(engine: &Engine) -> Result<Prepared> {
    let mut ready = ready::<M>(engine, || ())?;
    let run: RunFunc = ready.function(M::EXPORT)?;
    Ok(Prepared::repeat(move || run.call(&mut ready.store, (0, 7)), |result| matches!(result, Ok(7)), describe))
}

pub(crate) fn latency<M: WayToExit>(engine: &Engine) -> Result<Prepared> {
    let mut ready = ready::<M>(engine, note_exit)?;
    let run = ready.function(M::EXPORT)?;
    Ok(Prepared::laps(move || {
        let result = exit::<M, _>(&mut ready.store, &run, CODE.0 as i32, 7);
        let arrived = Instant::now();
        latency_since_exit(arrived, result.ended())
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_guest_that_returns_where_it_should_exit_has_no_number() {
        for code in [0, 2] {
            let error = whole_with::<Typed>(&Engine::for_tests(), code).unwrap().batch(3).unwrap_err().to_string();
            let observed = if code == 0 { "returned 7" } else { "exited early with exit code: 2" };
            assert_eq!(error, format!("3 of 3 iterations did not end as they must: {observed}"));
        }
    }

    #[test]
    fn the_latency_is_a_part_of_the_whole() {
        let part = latency::<Typed>(&Engine::for_tests()).unwrap().batch(1000).unwrap();
        let whole = whole::<Typed>(&Engine::for_tests()).unwrap().batch(1000).unwrap();
        // The factor of three allows for other processes on the machine.
        assert!(part < whole * 3 && part * 50 > whole, "{part:?} of {whole:?}");
    }
}
