//! Ways to catch.
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::thread;

use anyhow::{Context, Result, anyhow, bail};

use super::api::{Error, Func, HostError, Store, TypedFunc, downcast, host, outcome};
use super::exit::{MADE_BY_THE_HOST, NO_CLONES};
use super::stage::{Stage, instantiate};
use super::{Own, Theme};
use crate::catalog::scenario::catch;
use crate::engine::Support::{Do, Not};
use crate::engine::embedding::{Outcome, Transcript, Trap};
use crate::exit_code::ExitCode;
use crate::{guest, say};

pub(in super::super::super) const CAN: Theme = &[
    (&catch::DOWNCAST, Do(by_value)),
    (&catch::DOWNCAST_REF, Do(by_reference)),
    (&catch::IS, Do(is)),
    (&catch::SOURCE, Not("is about an error that is a source of others: this engine's is opened by downcast alone")),
    (&catch::CLONED, Not(NO_CLONES)),
    (&catch::WRONG_TYPE, Not("is about the message that Wasmer's error has of its own")),
    (&catch::OTHER_THREAD, Do(other_thread)),
    (&catch::CLONE_ON_OTHER_THREAD, Not(NO_CLONES)),
    (&catch::OUTLIVES, Do(outlives_everything)),
    (&catch::OUTLIVES_ON_THE_SPOT, Not(MADE_BY_THE_HOST)),
    (&catch::DISPLAY, Not("is about the text of Wasmer's error")),
    (&catch::NO_TRAP_CODE, Do(no_trap_code)),
];

fn typed<T: 'static>(store: &mut Store<T>) -> Func {
    Func::wrap(store, |code: u32| -> Result<(), Error> { Err(host(ExitCode(code))) })
}

/// What is no exit: a trap of the guest's own.
fn trap(own: &Own) -> Result<Error> {
    let (mut store, instance) = instantiate(own, &guest::wasm(guest::WAYS_TO_CALL), (), |store| {
        vec![Func::wrap(store, |code: u32| code).into()]
    })?;
    let trap: TypedFunc<(), ()> = instance.get_typed_func(&mut store, "trap")?;
    trap.call(&mut store, ()).err().context("expected a trap, but the guest returned")
}

/// An error that is larger than a code, and owns something.
#[derive(Debug)]
struct Because {
    code: u32,
    reason: String,
}

impl fmt::Display for Because {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "code {}, because {}", self.code, self.reason)
    }
}

impl std::error::Error for Because {}
impl HostError for Because {}

/// The name of another type of error. It is nothing that anybody raises.
mod other {
    #[derive(Debug)]
    pub(super) struct Error;

    impl std::fmt::Display for Error {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("another error")
        }
    }

    impl std::error::Error for Error {}
    impl super::HostError for Error {}
}

fn by_value(own: &Own, out: &Transcript) -> Result<()> {
    let put_at = Arc::new(AtomicUsize::new(0));
    let noted = put_at.clone();
    let early_exit = move |code: u32| -> Result<(), Error> {
        let reason = String::from("the disk is full");
        noted.store(reason.as_ptr().addr(), Relaxed);
        Err(host(Because { code, reason }))
    };
    let mut stage = Stage::set(own, (), |store| Func::wrap(store, early_exit))?;
    let because: Because = downcast(stage.exit(7)?)?;
    say!(out, "by value: {because}");
    // Not a copy: the same text, handed through.
    let same = because.reason.as_ptr().addr() == put_at.load(Relaxed);
    say!(out, "its text is where the host function put it: {same}");
    Ok(())
}

fn by_reference(own: &Own, out: &Transcript) -> Result<()> {
    let error = Stage::set(own, (), typed)?.exit(7)?;
    let by_reference = || error.downcast_ref::<ExitCode>().context("no exit code");
    say!(out, "by reference: {}", by_reference()?);
    let other = error.downcast_ref::<other::Error>();
    say!(out, "as a type that it is not: {}", other.map_or("nothing".into(), other::Error::to_string));
    say!(out, "by reference again: {}", by_reference()?);
    say!(out, "then by value: {}", downcast::<ExitCode>(error)?);
    Ok(())
}

fn is(own: &Own, out: &Transcript) -> Result<()> {
    let exit = Stage::set(own, (), typed)?.exit(7)?;
    for (name, error) in [("an exit", exit), ("a trap", trap(own)?)] {
        let (ours, other) =
            (error.downcast_ref::<ExitCode>().is_some(), error.downcast_ref::<other::Error>().is_some());
        say!(out, "{name} is an ExitCode: {ours}, another error: {other}");
    }
    Ok(())
}

fn other_thread(own: &Own, out: &Transcript) -> Result<()> {
    let error = Stage::set(own, (), typed)?.exit(7)?;
    let here = thread::current().id();
    let there = thread::spawn(move || -> Result<_> {
        let by_reference = *error.downcast_ref::<ExitCode>().context("no exit code")?;
        Ok((thread::current().id(), by_reference, downcast::<ExitCode>(error)?))
    });
    let (there, by_reference, by_value) = there.join().map_err(|_| anyhow!("the other thread panicked"))??;
    say!(out, "on another thread {}: by reference {by_reference}, by value {by_value}", there != here);
    Ok(())
}

fn outlives_everything(own: &Own, out: &Transcript) -> Result<()> {
    let alive = Arc::new(());
    let mut stage = Stage::set(own, alive.clone(), typed)?;
    let error = stage.exit(7)?;
    let before = format!("{error:#}");
    say!(out, "typed: stores alive {}", Arc::strong_count(&alive) - 1);
    // The store has the only handles of the instance, the module and the engine.
    drop(stage);
    let (alive, same) = (Arc::strong_count(&alive) - 1, format!("{error:#}") == before);
    say!(out, "typed: stores alive {alive}, displays as before {same}, by value {}", downcast::<ExitCode>(error)?);
    Ok(())
}

fn no_trap_code(own: &Own, out: &Transcript) -> Result<()> {
    let exit = Stage::set(own, (), typed)?.exit(7)?;
    for (name, error) in [("an exit", exit), ("a trap", trap(own)?)] {
        let (code, exception) = match outcome(&error) {
            Outcome::Trapped(Trap::UncaughtException) => ("none".into(), true),
            Outcome::Trapped(trap) => (trap.to_string(), false),
            Outcome::Exited(_) => ("none".into(), false),
            other => bail!("{name}: {other}"),
        };
        say!(out, "{name}: trap code {code}, an exception {exception}");
    }
    Ok(())
}
