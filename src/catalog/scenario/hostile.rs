//! Scenarios of small valid modules that are expensive to compile. A host that compiles untrusted code must withstand them.
//!
//! They run on request only, because a slow compiler uses the whole timeout.
use std::sync::Arc;

use anyhow::Result;

use crate::engine::embedding::{Embedding, Transcript, Value};
use crate::guest::hostile;
use crate::say;

/// The timeout in seconds to compile and run a module.
const BUDGET: u64 = 20;

scenarios![
    NESTED_CONDITIONS(
        "hostile/nested-conditions",
        "20,000 conditions within one another, 100 kB of code, are compiled within 20 s",
        &["f(0): returned 0", "f(1): returned 20000"],
    )
    .anywhere(|engine, out| play(engine, out, &hostile::nested_conditions(20_000), &[0, 1]))
    .within_seconds(BUDGET)
    .on_request(),
    LOCALS(
        "hostile/locals",
        "a function with 30,000 locals that are all alive at once is compiled within 20 s",
        &["f(3): returned 90000"],
    )
    .anywhere(|engine, out| play(engine, out, &hostile::locals(30_000), &[3]))
    .within_seconds(BUDGET)
    .on_request(),
    BRANCH_TABLE(
        "hostile/branch-table",
        "a table of 60,000 branches to 1,000 blocks is compiled within 20 s",
        &["f(0): returned 0", "f(59999): returned 999", "f(2001): returned 1", "f(60000): returned 999"],
    )
    .anywhere(|engine, out| play(engine, out, &hostile::branch_table(60_000), &[0, 59_999, 2_001, 60_000]))
    .within_seconds(BUDGET)
    .on_request(),
    FUNCTIONS(
        "hostile/functions",
        "5,000 functions that call one another are compiled within 20 s",
        &["f(1): returned 100"],
    )
    .anywhere(|engine, out| play(engine, out, &hostile::functions(5_000), &[1]))
    .within_seconds(BUDGET)
    .on_request(),
];

fn play(engine: &dyn Embedding, out: &Transcript, wasm: &[u8], arguments: &[i32]) -> Result<()> {
    let mut instance = engine.compile(wasm)?.instantiate(Arc::new(|_, _| Ok(vec![])))?;
    for argument in arguments {
        say!(out, "f({argument}): {}", instance.call("f", &[Value::I32(*argument)]));
    }
    Ok(())
}
