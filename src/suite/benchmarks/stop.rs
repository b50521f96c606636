//! Stopping a guest: the time from the request until the caller has the reason.
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};

use super::api::{
    Caller, Error, Instance, Module, Raised, TypedFunc, Val, downcast, fuel, imports, metered_outcome, outcome, raise,
    refill, wrap_env,
};
use super::guest_instance::{GuestInstance, describe};
use super::{BenchmarkTable, Do, Engine, ExitCode, guest};
use crate::catalog::benchmark::stop;
use crate::engine::embedding::{IterationResult, Outcome, Prepared, Trap};

pub(crate) const BENCHMARKS: BenchmarkTable<Engine> = &[
    (&stop::BUDGET_LOOP, Do(|engine, _| budget(engine, "loop"))),
    (&stop::BUDGET_RECURSION, Do(|engine, _| budget(engine, "recursion"))),
    (&stop::DEADLINE_LOOP, Do(|engine, _| deadline(engine, "poll"))),
    (&stop::DEADLINE_RECURSION, Do(|engine, _| deadline(engine, "recursion"))),
];

/// Fuel that no guest of these cells can use up.
const PLENTY: u64 = 1 << 40;
/// The time before a stop is requested, so that the guest has entered its loop.
pub(super) const INTO_THE_LOOP: Duration = Duration::from_micros(100);

/// The data of the host function that takes a guest's budget away.
#[derive(Default)]
struct BudgetHost {
    instance: Option<Instance>,
    /// The fuel that the host function leaves; `None` if it takes none away.
    leaves: Option<u64>,
    /// The time at which the host function first took fuel away.
    taken: Option<Instant>,
}

fn take_budget(mut caller: Caller<'_, BudgetHost>) -> Result<(), Error> {
    let BudgetHost { instance, leaves, .. } = caller.data();
    if let (Some(instance), Some(leaves)) = (instance.clone(), *leaves) {
        refill(&mut caller, &instance, leaves)?;
        caller.data_mut().taken.get_or_insert_with(Instant::now);
    }
    Ok(())
}

/// A guest with a fuel budget. It needs a metered compilation, so it is not cached.
fn on_budget(engine: &Engine, guest: &str) -> Result<GuestInstance<BudgetHost>> {
    let runtime = engine.metered_runtime(PLENTY);
    let module = Module::new(&runtime, guest::wasm(guest))?;
    let mut ready = GuestInstance::new(&Arc::new((runtime, module)), BudgetHost::default(), |store| {
        imports! { "env" => { "begin" => wrap_env(store, take_budget) } }
    })?;
    ready.store.data_mut().instance = Some(ready.instance.clone());
    Ok(ready)
}

fn budget(engine: &Engine, export: &str) -> Result<Prepared> {
    let mut ready = on_budget(engine, guest::STOPPABLE)?;
    ready.store.data_mut().leaves = Some(1);
    let run: TypedFunc<(), ()> = ready.function(export)?;
    let metrics =
        [(stop::STRAIGHT_PAST, past_budget(engine, "straight")?), (stop::TURNS_PAST, past_budget(engine, "turns")?)];
    let lap = move || {
        if let Err(error) = refill(&mut ready.store, &ready.instance, PLENTY) {
            return (Duration::ZERO, Err(error.to_string()));
        }
        ready.store.data_mut().taken = None;
        let result = run.call(&mut ready.store, ());
        let reason = result.as_ref().err().map(outcome);
        let reason = reason.map(|reason| metered_outcome(&mut ready.store, &ready.instance, reason));
        let arrived = Instant::now();
        let ended = if reason == Some(Outcome::Trapped(Trap::OutOfFuel)) { Ok(()) } else { Err(describe(result)) };
        since(ready.store.data().taken, arrived, ended)
    };
    Ok(Prepared::stops(lap).with_metrics(metrics))
}

/// The number of steps that a guest makes beyond its budget.
fn past_budget(engine: &Engine, export: &str) -> Result<f64> {
    const STEPS: u64 = 256;
    const PAID: u64 = 64;
    let mut ready = on_budget(engine, guest::STEPS)?;
    let run: TypedFunc<i32, ()> = ready.function(export)?;
    let mut steps = |budget: u64| -> Result<(u64, u64)> {
        refill(&mut ready.store, &ready.instance, budget)?;
        let counter = ready.instance.get_global(&mut ready.store, "steps").context("no counter")?;
        counter.set(&mut ready.store, Val::I32(0))?;
        let result = run.call(&mut ready.store, STEPS as i32);
        let left = fuel(&mut ready.store, &ready.instance).context("no fuel is counted")?;
        // Code without a branch may return before the engine checks the budget.
        ensure!(result.is_ok() || budget != PLENTY, "with plenty for {STEPS} steps: {}", describe(result));
        let made = counter.get(&mut ready.store).i32().context("the counter is a number")?;
        Ok((u64::try_from(made)?, budget.saturating_sub(left)))
    };
    // The first call may have additional costs.
    steps(PLENTY)?;
    let (made, cost) = steps(PLENTY)?;
    ensure!(made == STEPS, "it made {made} steps of {STEPS}");
    let (made, _) = steps(cost * PAID / STEPS)?;
    // An engine that charges for a block in advance may stop before the budget is used up.
    Ok(made.saturating_sub(PAID) as f64)
}

/// The exit code of a guest whose deadline has passed.
const TOO_LATE: ExitCode = ExitCode(124);

fn deadline(engine: &Engine, export: &str) -> Result<Prepared> {
    let check = |caller: Caller<'_, Instant>| -> Result<(), Raised<ExitCode>> {
        if Instant::now() < *caller.data() { Ok(()) } else { Err(raise(TOO_LATE)) }
    };
    let mut ready = GuestInstance::new(&engine.cached_module(guest::STOPPABLE)?, Instant::now(), |store| {
        imports! { "env" => { "begin" => wrap_env(store, check) } }
    })?;
    let run: TypedFunc<(), ()> = ready.function(export)?;
    Ok(Prepared::stops(move || {
        let passes = Instant::now() + INTO_THE_LOOP;
        *ready.store.data_mut() = passes;
        let result = match run.call(&mut ready.store, ()) {
            Err(error) => downcast::<ExitCode>(error).map_err(Err),
            Ok(()) => Err(Ok(())),
        };
        let arrived = Instant::now();
        let ended = match result {
            Ok(TOO_LATE) => Ok(()),
            Ok(other) => Err(format!("exited with {}", other.0)),
            Err(result) => Err(describe(result)),
        };
        since(Some(passes), arrived, ended)
    }))
}

/// The time from the request to `arrived`; zero and an error without a request, or if the guest ended before the request.
pub(super) fn since(
    requested: Option<Instant>,
    arrived: Instant,
    ended: IterationResult,
) -> (Duration, IterationResult) {
    match requested.map(|requested| arrived.checked_duration_since(requested)) {
        Some(Some(took)) => (took, ended),
        Some(None) => (Duration::ZERO, Err("the guest ended before it was asked to".into())),
        None => (Duration::ZERO, ended.and(Err("nobody asked the guest to stop".into()))),
    }
}
