//! Scenarios of guests with a budget of fuel or points: how far they run past the budget, and that no kind of code avoids it.
use std::sync::Arc;

use anyhow::{Context, Result, bail};

use crate::engine::embedding::{Embedding, Host, ModuleInstance, NotInstantiated, Outcome, Transcript, Value};
use crate::{guest, say};

/// A budget that no guest of these scenarios exhausts, in units of fuel.
const PLENTY: u64 = 1 << 40;
/// The number of steps that the budget covers.
const PAID: i32 = 64;

scenarios![
    BUDGET_LOOP(
        "stop/budget-loop",
        "a budget of fuel or points ends a loop at most one turn after the last that it pays for",
        &["turns(256), 64 of them paid for: trapped: out of fuel; within one turn of the budget: true"],
    )
    .anywhere(budget_loop),
    BUDGET_STRAIGHT(
        "stop/budget-straight",
        "code without a branch may run past its budget, to the end of its block and no farther",
        &[
            "straight(256), 64 of them paid for: it got no farther than its block: true",
            "turns(256) afterwards: trapped: out of fuel; in all, at most one block past the budget: true",
        ],
    )
    .anywhere(budget_straight),
    BUDGET_RECURSION(
        "stop/budget-recursion",
        "a budget ends a guest that goes down a recursion and up again without end",
        &["recursion(): trapped: out of fuel"],
    )
    .anywhere(budget_recursion),
    BUDGET_START(
        "stop/budget-start",
        "a budget ends an endless start function, and there is no instance",
        &["an endless start function: instantiation trapped: out of fuel"],
    )
    .anywhere(budget_start),
];

fn budget_loop(engine: &dyn Embedding, out: &Transcript) -> Result<()> {
    let made = on_budget(engine, "turns")?;
    say!(out, "{}; within one turn of the budget: {}", made.outcome, (PAID - 1..=PAID + 1).contains(&made.steps));
    Ok(())
}

/// Some engines charge for a block before it runs, some afterwards, some never. So this bounds the steps of both calls together.
fn budget_straight(engine: &dyn Embedding, out: &Transcript) -> Result<()> {
    let mut made = on_budget(engine, "straight")?;
    let (call, _) = made.outcome.split_once(": ").context("a call and its end")?;
    say!(out, "{call}: it got no farther than its block: {}", made.steps <= 256);
    let outcome = made.instance.call("turns", &[Value::I32(256)]);
    let in_all = steps(&mut *made.instance)?;
    let bounded = in_all <= PAID + 256 + 1;
    say!(out, "turns(256) afterwards: {outcome}; in all, at most one block past the budget: {bounded}");
    Ok(())
}

fn budget_recursion(engine: &dyn Embedding, out: &Transcript) -> Result<()> {
    let mut instance = engine.compile_metered(&guest::wasm(guest::STOPPABLE), 1_000_000)?.instantiate(host())?;
    say!(out, "recursion(): {}", instance.call("recursion", &[]));
    Ok(())
}

fn budget_start(engine: &dyn Embedding, out: &Transcript) -> Result<()> {
    let endless = "(module (func $start (loop $again (br $again))) (start $start))";
    match engine.compile_metered(&guest::wasm(endless), 100_000)?.instantiate(host()) {
        Ok(_) => say!(out, "an endless start function: instantiated"),
        Err(NotInstantiated::Start(outcome)) => say!(out, "an endless start function: instantiation {outcome}"),
        Err(error) => bail!(error),
    }
    Ok(())
}

/// The result of a call with a budget.
struct OnBudget {
    instance: Box<dyn ModuleInstance>,
    /// The call and its outcome.
    outcome: String,
    /// The number of steps that the guest made.
    steps: i32,
}

/// Calls an export that makes 256 steps with a budget for [`PAID`] of them. Two calls with a budget of [`PLENTY`] show the
/// cost of a step and the additional cost of an instance's first call.
fn on_budget(engine: &dyn Embedding, export: &str) -> Result<OnBudget> {
    let wasm = guest::wasm(guest::STEPS);
    let compiled = engine.compile_metered(&wasm, PLENTY)?;
    let mut rich = compiled.instantiate(host())?;
    let mut cost = |turns: i32| -> Result<u64> {
        let before = rich.fuel().context("no fuel is counted")?;
        match rich.call(export, &[Value::I32(turns)]) {
            Outcome::Returned(_) => Ok(before - rich.fuel().context("no fuel is counted")?),
            other => bail!("{export}({turns}) with plenty: {other}"),
        }
    };
    let (first, again) = (cost(256)?, cost(256)?);
    let beside_steps = first - again;
    let budget = beside_steps + again * PAID as u64 / 256;
    let mut instance = engine.compile_metered(&wasm, budget)?.instantiate(host())?;
    let outcome = instance.call(export, &[Value::I32(256)]);
    let steps = steps(&mut *instance)?;
    Ok(OnBudget { instance, outcome: format!("{export}(256), {PAID} of them paid for: {outcome}"), steps })
}

fn steps(instance: &mut dyn ModuleInstance) -> Result<i32> {
    match instance.global("steps") {
        Some(Value::I32(steps)) => Ok(steps),
        other => bail!("`steps` is {other:?}"),
    }
}

/// A host whose functions return nothing.
fn host() -> Host {
    Arc::new(|_, _| Ok(vec![]))
}
