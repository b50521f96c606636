//! Scenarios of traps, which are not early exits. After each trap, the same instance must still exit early.
use std::iter::once;
use std::sync::Arc;

use anyhow::{Context, Result};

use crate::engine::embedding::Value::I32;
use crate::engine::embedding::{Embedding, Host, Interface, Invocation, Outcome, Transcript};
use crate::exit_code::ExitCode;
use crate::{guest, say};

scenarios![
    UNREACHABLE(
        "trap/unreachable",
        "`unreachable` is a trap, not an exit",
        &[
            "unreachable_if(0): returned",
            "unreachable_if(1): trapped: unreachable; then exited early with exit code: 1",
            "unreachable_if(1): trapped: unreachable; then exited early with exit code: 2",
        ],
    )
    .anywhere(|engine, out| play(engine, out, UNREACHABLE.expect)),
    DIVIDE_BY_ZERO(
        "trap/divide-by-zero",
        "an integer division by zero is a trap, not an exit",
        &[
            "i32.div_s(-7, 2): returned -3",
            "i32.div_s(-7, 0): trapped: integer divide by zero; then exited early with exit code: 1",
            "i32.div_u(7, 0): trapped: integer divide by zero; then exited early with exit code: 2",
            "i32.rem_s(7, 0): trapped: integer divide by zero; then exited early with exit code: 3",
            "i32.rem_u(7, 0): trapped: integer divide by zero; then exited early with exit code: 4",
            "i64.div_s(7, 0): trapped: integer divide by zero; then exited early with exit code: 5",
            "i64.rem_s(7, 0): trapped: integer divide by zero; then exited early with exit code: 6",
        ],
    )
    .anywhere(|engine, out| play(engine, out, DIVIDE_BY_ZERO.expect)),
    // Some processors report the only quotient that overflows as a division by zero.
    INTEGER_OVERFLOW(
        "trap/integer-overflow",
        "the least integer divided by -1 overflows; its remainder is 0",
        &[
            "i32.div_s(-2147483648, -1): trapped: integer overflow; then exited early with exit code: 1",
            "i32.rem_s(-2147483648, -1): returned 0",
            "i64.div_s(-9223372036854775808, -1): trapped: integer overflow; then exited early with exit code: 2",
            "i64.rem_s(-9223372036854775808, -1): returned 0",
        ],
    )
    .anywhere(|engine, out| play(engine, out, INTEGER_OVERFLOW.expect)),
    INVALID_CONVERSION(
        "trap/invalid-conversion",
        "converting a NaN to an integer is invalid, and a value out of range overflows",
        &[
            "i32.trunc_f32_s(-7.9): returned -7",
            "i32.trunc_f32_s(NaN): trapped: invalid conversion to integer; then exited early with exit code: 1",
            "i32.trunc_f32_s(inf): trapped: integer overflow; then exited early with exit code: 2",
            "i32.trunc_f64_u(-0.9): returned 0",
            "i32.trunc_f64_u(-1.0): trapped: integer overflow; then exited early with exit code: 3",
            "i64.trunc_f64_s(NaN): trapped: invalid conversion to integer; then exited early with exit code: 4",
            "i64.trunc_f64_s(1e19): trapped: integer overflow; then exited early with exit code: 5",
        ],
    )
    .anywhere(|engine, out| play(engine, out, INVALID_CONVERSION.expect)),
    OUT_OF_BOUNDS_MEMORY(
        "trap/out-of-bounds-memory",
        "a load or store across the end of memory traps, and such a store writes nothing",
        &[
            "i32.load8_u(65535): returned 0",
            "i32.load8_u(65536): trapped: out of bounds memory access; then exited early with exit code: 1",
            "i64.load(65529): trapped: out of bounds memory access; then exited early with exit code: 2",
            "i32.load8_u far(-1): trapped: out of bounds memory access; then exited early with exit code: 3",
            "i64.store(65529, -1): trapped: out of bounds memory access; then exited early with exit code: 4",
            "i64.load(65528): returned 0",
            "i64.store(-1, -1): trapped: out of bounds memory access; then exited early with exit code: 5",
            "i64.store(65528, -1): returned",
            "i32.load8_u(65535): returned 255",
        ],
    )
    .anywhere(|engine, out| play(engine, out, OUT_OF_BOUNDS_MEMORY.expect)),
    OUT_OF_BOUNDS_BULK(
        "trap/out-of-bounds-bulk-memory",
        "filling and copying across the end of memory traps, and writes nothing",
        &[
            "memory.fill(65528, 255, 9): trapped: out of bounds memory access; then exited early with exit code: 1",
            "i64.load(65528): returned 0",
            "memory.fill(65528, 255, 8): returned",
            "memory.copy(65521, 65528, 16): trapped: out of bounds memory access; then exited early with exit code: 2",
            "i64.load(65520): returned 0",
            "memory.copy(65520, 65528, 8): returned",
            "i64.load(65520): returned -1",
            "memory.fill(65537, 0, 0): trapped: out of bounds memory access; then exited early with exit code: 3",
        ],
    )
    .anywhere(|engine, out| play(engine, out, OUT_OF_BOUNDS_BULK.expect)),
    OUT_OF_BOUNDS_TABLE(
        "trap/out-of-bounds-table",
        "a fourth element of a table of three can be neither called nor read",
        &[
            "call_indirect(0, 21): returned 42",
            "call_indirect(3, 21): trapped: out of bounds table access; then exited early with exit code: 1",
            "call_indirect(-1, 21): trapped: out of bounds table access; then exited early with exit code: 2",
            "table.get is null(1): returned 0",
            "table.get is null(2): returned 1",
            "table.get is null(3): trapped: out of bounds table access; then exited early with exit code: 3",
        ],
    )
    .anywhere(|engine, out| play(engine, out, OUT_OF_BOUNDS_TABLE.expect)),
    INDIRECT_CALL_TO_NULL(
        "trap/indirect-call-to-null",
        "an element that was never set cannot be called",
        &[
            "call_indirect(2, 21): trapped: uninitialized element; then exited early with exit code: 1",
            "call_indirect(0, 21): returned 42",
        ],
    )
    .anywhere(|engine, out| play(engine, out, INDIRECT_CALL_TO_NULL.expect)),
    INDIRECT_CALL_WRONG_TYPE(
        "trap/indirect-call-wrong-type",
        "an indirect call of a function of another type traps",
        &[
            "call_indirect(1, 21): trapped: indirect call type mismatch; then exited early with exit code: 1",
            "call_indirect(0, 21): returned 42",
        ],
    )
    .anywhere(|engine, out| play(engine, out, INDIRECT_CALL_WRONG_TYPE.expect)),
    STACK_OVERFLOW(
        "trap/stack-overflow",
        "endless recursion is a trap, not a crash, and the stack is fully restored",
        &[
            "deeper(4000): returned 4000",
            "deeper(-1): trapped: call stack exhausted; then exited early with exit code: 1",
            "deeper(-1): trapped: call stack exhausted; then exited early with exit code: 2",
            "deeper(4000): returned 4000",
        ],
    )
    .anywhere(|engine, out| play(engine, out, STACK_OVERFLOW.expect)),
    DOWNCAST_SAYS_NO(
        "trap/downcast-says-no",
        "downcasting a trap's error to an exit code fails and hands back an error that names the trap",
        &[
            "unreachable: no exit code; as a trap: unreachable",
            "integer divide by zero: no exit code; as a trap: integer divide by zero",
            "call stack exhausted: no exit code; as a trap: call stack exhausted",
            "5: exit code 5; as a trap: none",
        ],
    ),
    SET_BEFORE(
        "trap/set-before",
        "a guest's side effects before a trap persist, regardless of the code after the trap",
        &[
            "memory, then a load: trapped: out of bounds memory access; it holds 1",
            "global, then a division: trapped: integer divide by zero; it holds 1",
            "global, then a load: trapped: out of bounds memory access; it holds 1",
            "global, then a store: trapped: out of bounds memory access; it holds 1",
        ],
    )
    .anywhere(set_before),
    THROUGH_LEVELS(
        "trap/through-levels",
        "a trap that 200 host functions hand on keeps its code, and takes a time linear in the number of levels",
        &[
            "through 200 levels: trapped: integer divide by zero",
            "handed on as that by host functions: 200 times",
            "guest: entered 201 times, returned 0 times",
            "four times the levels take less than nine times as long: true",
        ],
    ),
];

/// Traps right after a side effect, and reads what it left.
fn set_before(engine: &dyn Embedding, out: &Transcript) -> Result<()> {
    let compiled = engine.compile(&guest::wasm(guest::SET_BEFORE_TRAP))?;
    let calls = [
        ("memory, then a load", "set_memory", -100),
        ("global, then a division", "set_global_divide", 0),
        ("global, then a load", "set_global", -100),
        ("global, then a store", "set_global_store", -100),
    ];
    for (operation, export, argument) in calls {
        let mut instance = compiled.instantiate(Arc::new(|_, _| Ok(vec![])))?;
        let outcome = instance.call(export, &[I32(argument)]);
        let mut first = None;
        instance.memory("memory", &mut |piece| {
            let word = || Some(i32::from_le_bytes(*piece.first_chunk()?));
            first = first.or_else(word);
        });
        let global = instance.global("global");
        let holds = if export == "set_memory" { first.map(I32) } else { global };
        let holds = holds.map_or_else(|| "nothing".into(), |value| value.to_string());
        say!(out, "{operation}: {outcome}; it holds {holds}");
    }
    Ok(())
}

/// Calls the exports on one instance, with the arguments that the expected lines name: `export(arguments): outcome`. After each
/// trap, the same instance must still exit early, with the number of traps so far as its code.
fn play(engine: &dyn Embedding, out: &Transcript, expected: &[&str]) -> Result<()> {
    let host: Host = Arc::new(|_, arguments| match arguments {
        [I32(code)] => Err(ExitCode(*code as u32)),
        _ => Ok(vec![]),
    });
    let wasm = guest::wasm(guest::TRAPS);
    let interface = Interface::read(&wasm)?;
    let mut guest = engine.compile(&wasm)?.instantiate(host)?;
    let mut trapped = 0;
    for line in expected {
        let call = call(&interface, line).with_context(|| format!("`{line}` begins with no call"))?;
        let outcome = guest.call(&call.export, &call.arguments);
        if matches!(outcome, Outcome::Returned(_)) {
            say!(out, "{call}: {outcome}");
        } else {
            trapped += 1;
            let after = guest.call("exit", &[I32(trapped)]);
            say!(out, "{call}: {outcome}; then {after}");
        }
    }
    Ok(())
}

/// The call at the beginning of an expected line.
fn call(interface: &Interface, line: &str) -> Option<Invocation> {
    let (export, arguments) = line.split_once("): ")?.0.split_once('(')?;
    let words: Vec<_> = once(export).chain(arguments.split(", ")).map(str::to_owned).collect();
    Invocation::read(interface, &words).ok()?
}
