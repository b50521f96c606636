//! Scenarios of suspended calls: in a plain call that cannot wait, several at once, and dropped.
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::task::Poll;

use anyhow::{Context, Result, bail};
use wasmer::{Function, RuntimeError, Store};

use super::Caller;
use super::executor::{block_on, poll_once, wait};
use crate::catalog::scenario::exit::LET_PASS;
use crate::engine::embedding::Transcript;
use crate::engine::wasmer::Wasmer;
use crate::exit_code::ExitCode;
use crate::say;

/// The code for which the host function waits.
const WAIT: u32 = 255;

/// The error of a call that must not return.
fn error(result: Result<u32, RuntimeError>) -> Result<RuntimeError> {
    match result {
        Ok(sum) => bail!("expected an early exit, but the guest returned {sum}"),
        Err(error) => Ok(error),
    }
}

pub(super) fn called_plainly(wasmer: &Wasmer, out: &Transcript) -> Result<()> {
    let early_exit = async |code: u32| -> Result<u32, ExitCode> {
        if code == WAIT {
            wait().await;
        }
        Err(ExitCode(code))
    };
    let caller = Caller::new(wasmer, |store| Function::new_typed_async(store, early_exit))?;
    let call = caller.function("direct")?;
    let mut store = caller.store.into_store().ok().context("the store is in use")?;
    say!(out, "without waiting: exit code {}", error(call.call(&mut store, 7))?.downcast::<ExitCode>()?);
    let trap = error(call.call(&mut store, WAIT))?;
    let ours = trap.is::<ExitCode>();
    let trap = trap.to_trap().context("an error without a trap code")?;
    say!(out, "waiting: trapped by `{}`, an ExitCode {ours}", trap.message());
    say!(out, "without waiting: exit code {}", error(call.call(&mut store, 8))?.downcast::<ExitCode>()?);
    Ok(())
}

pub(super) fn in_turn(wasmer: &Wasmer, out: &Transcript) -> Result<()> {
    fn describe(call: u32, polled: Poll<Result<u32, RuntimeError>>) -> Result<String> {
        Ok(match polled {
            Poll::Pending => format!("{call} waits"),
            Poll::Ready(result) => format!("{call} exits with {}", error(result)?.downcast::<ExitCode>()?),
        })
    }
    let early_exit = async |code: u32| -> Result<u32, ExitCode> {
        wait().await;
        Err(ExitCode(code))
    };
    let caller = Caller::new(wasmer, |store| Function::new_typed_async(store, early_exit))?;
    let call = caller.function("direct")?;

    let (mut one, mut two) = (pin!(call.call_async(&caller.store, 1)), pin!(call.call_async(&caller.store, 2)));
    let both_wait = [describe(1, poll_once(one.as_mut()))?, describe(2, poll_once(two.as_mut()))?].join(", ");
    let both_exit = [describe(2, poll_once(two))?, describe(1, poll_once(one))?].join(", ");
    say!(out, "polled in turn: {both_wait}, {both_exit}");

    let (mut one, mut two) = (Box::pin(call.call_async(&caller.store, 1)), pin!(call.call_async(&caller.store, 2)));
    let both_wait = [describe(1, poll_once(one.as_mut()))?, describe(2, poll_once(two.as_mut()))?].join(", ");
    drop(one);
    say!(out, "the first dropped: {both_wait}, {}", describe(2, poll_once(two))?);
    say!(out, "times that the guest went on: {}", caller.times_it_went_on()?);
    Ok(())
}

/// Counts how often the host function's future is entered and destroyed.
#[derive(Clone, Default)]
struct Counts {
    entered: Arc<AtomicU32>,
    destroyed: Arc<AtomicU32>,
}

/// A resource that the host function holds while it waits, such as a connection, a lock or a file.
struct Held(Counts);

impl Held {
    fn new(counts: Counts) -> Self {
        counts.entered.fetch_add(1, Relaxed);
        Self(counts)
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.0.destroyed.fetch_add(1, Relaxed);
    }
}

pub(super) fn dropped(wasmer: &Wasmer, out: &Transcript) -> Result<()> {
    let counts = Counts::default();
    let in_host = counts.clone();
    let early_exit = move |code: u32| {
        let counts = in_host.clone();
        async move {
            match code {
                WAIT => {
                    let _held = Held::new(counts);
                    std::future::pending().await
                }
                LET_PASS => Ok(code),
                _ => Err(ExitCode(code)),
            }
        }
    };
    let report = |when| {
        let (entered, destroyed) = (counts.entered.load(Relaxed), counts.destroyed.load(Relaxed));
        say!(out, "{when}: entered {entered}, destroyed {destroyed}");
    };
    let caller = Caller::new(wasmer, |store: &mut Store| Function::new_typed_async(store, early_exit))?;
    let call = caller.function("direct")?;

    drop(call.call_async(&caller.store, WAIT));
    report("never polled");
    let mut waiting = Box::pin(call.call_async(&caller.store, WAIT));
    let polled = poll_once(waiting.as_mut());
    report(if polled.is_pending() { "polled, it waits" } else { "polled, it ended" });
    // As a timeout would. This also drops the guest's frames.
    drop(waiting);
    report("dropped");
    for _ in 0..100 {
        let _ = poll_once(pin!(call.call_async(&caller.store, WAIT)));
    }
    report("a hundred more");
    say!(out, "times that the guest went on: {}", caller.times_it_went_on()?);

    let (result, _) = block_on(call.call_async(&caller.store, 7));
    say!(out, "the next call: exit code {}", error(result)?.downcast::<ExitCode>()?);
    let (sum, _) = block_on(call.call_async(&caller.store, LET_PASS));
    say!(out, "let pass, it returns {}", sum?);
    say!(out, "times that the guest went on: {}", caller.times_it_went_on()?);
    // Neither a dropped call nor an exited call still holds the store.
    say!(out, "the store is given back: {}", caller.store.into_store().is_ok());
    Ok(())
}
