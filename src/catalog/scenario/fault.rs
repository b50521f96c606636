//! Fault injection: scenarios that crash, hang or fail, to test the harness. They run only if a filter names their theme.
use std::io::Write;
use std::sync::Arc;

use anyhow::Result;

use crate::engine::embedding::Value::I32;
use crate::engine::embedding::{Embedding, Host, Transcript, Value};
use crate::exit_code::ExitCode;
use crate::{guest, say};

scenarios![
    // A guest that never returns. Verdict: timed out.
    HANG("fault/hang", "an endless loop costs its own verdict and no more", &["the guest runs", "it came back"])
        .anywhere(hang)
        .within_seconds(2)
        .on_request(),
    // A host function that aborts the process. Verdict: crashed.
    ABORT("fault/abort", "a process that dies costs one verdict, which names the signal", &["it came back"])
        .anywhere(|engine, out| exit_with(engine, out, Arc::new(|_, _| std::process::abort())))
        .on_request(),
    // A host function whose panic is not caught. Verdict: crashed, with the panic's message.
    PANIC("fault/panic", "a panic that escapes costs one verdict, which has its message", &["it came back"])
        .on_request(),
    // A host function that allocates more than the memory limit. Verdict: over memory, not crashed.
    MEMORY("fault/memory", "memory that grows and grows is noticed before the machine suffers", &["it came back"])
        .anywhere(|engine, out| exit_with(engine, out, Arc::new(|_, _| hoard())))
        .within_seconds(5)
        .within_mebibytes(256)
        .on_request(),
    // An exit with another code than the expected one. Verdict: failed.
    WRONG_CODE(
        "fault/wrong-code",
        "an exit code that is not the expected one fails, and both are named",
        &["exited early with exit code: 1"],
    )
    .anywhere(|engine, out| exit_with(engine, out, Arc::new(|_, _| Err(ExitCode(2)))))
    .on_request(),
    // A host function that prints to stdout. Verdict: passed, because workers reserve the original stdout for the protocol.
    PRINT(
        "fault/print",
        "what a host function prints does not garble what the worker says",
        &["exited early with exit code: 1"],
    )
    .anywhere(|engine, out| exit_with(engine, out, Arc::new(|_, _| print())))
    .on_request(),
];

/// Runs an endless loop.
fn hang(engine: &dyn Embedding, out: &Transcript) -> Result<()> {
    let said = out.clone();
    let host: Host = Arc::new(move |_, _| {
        say!(said, "the guest runs");
        Ok(vec![])
    });
    let outcome = engine.compile(&guest::wasm(guest::ENDLESS))?.instantiate(host)?.call("count", &[I32(0)]);
    say!(out, "it came back: {outcome}");
    Ok(())
}

/// Runs the early-exit guest with this host function, and logs the outcome.
fn exit_with(engine: &dyn Embedding, out: &Transcript, host: Host) -> Result<()> {
    let mut guest = engine.compile(&guest::wasm(guest::EARLY_EXIT))?.instantiate(host)?;
    let outcome = guest.call("run", &[I32(1), I32(7)]);
    say!(out, "{outcome}");
    Ok(())
}

/// Allocates 512 MiB, twice the limit, and waits to be killed.
fn hoard() -> ! {
    let mut hoard: Vec<Vec<u8>> = Vec::new();
    loop {
        if hoard.len() < 512 {
            // Not zeros, because pages of zeros may not be resident.
            hoard.push(vec![1; 1 << 20]);
        } else {
            std::thread::park();
        }
    }
}

/// Prints a line that looks like a response, and an unterminated line.
fn print() -> Result<Vec<Value>, ExitCode> {
    println!(r#"{{"response":"log","line":"this was never said"}}"#);
    print!("this does not end");
    let _ = std::io::stdout().flush();
    Err(ExitCode(1))
}
