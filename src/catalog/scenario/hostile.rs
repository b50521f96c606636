//! Scenarios of small valid modules that are expensive to compile. A host that compiles untrusted code must withstand them.
//!
//! They run on request only, because a slow compiler uses the whole timeout.
use std::sync::Arc;

use anyhow::Result;

use super::Scenario;
use crate::engine::embedding::{Embedding, Transcript, Value};
use crate::guest::hostile;
use crate::say;

/// The timeout in seconds to compile and run a module.
const BUDGET: u64 = 20;

/// 20,000 nested conditions.
pub static NESTED_CONDITIONS: Scenario = Scenario::anywhere(
    "hostile/nested-conditions",
    "20,000 conditions within one another, 100 kB of code, are compiled within 20 s",
    &["f(0): returned 0", "f(1): returned 20000"],
    |engine, out| play(engine, out, &hostile::nested_conditions(20_000), &[0, 1]),
)
.within_seconds(BUDGET)
.on_request();

/// 30,000 locals that are all live at once.
pub static LOCALS: Scenario = Scenario::anywhere(
    "hostile/locals",
    "a function with 30,000 locals that are all alive at once is compiled within 20 s",
    &["f(3): returned 90000"],
    |engine, out| play(engine, out, &hostile::locals(30_000), &[3]),
)
.within_seconds(BUDGET)
.on_request();

/// A branch table with 60,000 entries.
pub static BRANCH_TABLE: Scenario = Scenario::anywhere(
    "hostile/branch-table",
    "a table of 60,000 branches to 1,000 blocks is compiled within 20 s",
    &["f(0): returned 0", "f(59999): returned 999", "f(2001): returned 1", "f(60000): returned 999"],
    |engine, out| play(engine, out, &hostile::branch_table(60_000), &[0, 59_999, 2_001, 60_000]),
)
.within_seconds(BUDGET)
.on_request();

/// 5,000 functions.
pub static FUNCTIONS: Scenario = Scenario::anywhere(
    "hostile/functions",
    "5,000 functions that call one another are compiled within 20 s",
    &["f(1): returned 100"],
    |engine, out| play(engine, out, &hostile::functions(5_000), &[1]),
)
.within_seconds(BUDGET)
.on_request();

pub(crate) static ALL: &[&Scenario] = &[&NESTED_CONDITIONS, &LOCALS, &BRANCH_TABLE, &FUNCTIONS];

fn play(engine: &dyn Embedding, out: &Transcript, wasm: &[u8], arguments: &[i32]) -> Result<()> {
    let mut instance = engine.compile(wasm)?.instantiate(Arc::new(|_, _| Ok(vec![])))?;
    for argument in arguments {
        say!(out, "f({argument}): {}", instance.call("f", &[Value::I32(*argument)]));
    }
    Ok(())
}
