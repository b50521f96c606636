//! Exits below many guest frames, below many re-entries, and at the end of the stack.
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

use anyhow::Result;

use super::api::{Instance, Store, to_error, wrap};
use super::fixture::{Fixture, ended, exit_unless_0, global};
use super::reentrant_host::ReentrantHost;
use super::{Do, Engine, ExitCode, ScenarioTable, Transcript, guest, say};
use crate::catalog::scenario::depth;

pub(crate) const SCENARIOS: ScenarioTable<Engine> = &[
    (&depth::GUEST_FRAMES, Do(guest_frames)),
    (&depth::RE_ENTRIES, Do(re_entries)),
    (&depth::STACK_END, Do(stack_end)),
];

/// A guest with the export `dive(frames, code)`.
fn diving(engine: &Engine) -> Result<Fixture<(), (u32, u32), u32>> {
    Fixture::with_guest(engine, guest::DIVE, "dive", (), |store| wrap(store, exit_unless_0))
}

fn guest_frames(engine: &Engine, out: &Transcript) -> Result<()> {
    const FRAMES: u32 = 4096;
    const TIMES: u32 = 1000;
    let Fixture { mut store, instance, run: dive } = diving(engine)?;
    say!(out, "{}", ended(&dive.call(&mut store, (FRAMES, 5))));
    say!(out, "guest functions: {}", entered_and_returned(&mut store, &instance)?);
    // With code 0 the host function returns.
    say!(out, "not asked to exit: {}", ended(&dive.call(&mut store, (FRAMES, 0))));
    say!(out, "guest functions: {}", entered_and_returned(&mut store, &instance)?);
    let mut exited = 0;
    for code in 1..=TIMES {
        let result = dive.call(&mut store, (FRAMES, code));
        exited += u32::from(result.is_err_and(|error| error.downcast_ref() == Some(&ExitCode(code))));
    }
    say!(out, "{TIMES} times more: {exited} exited");
    say!(out, "guest functions: {}", entered_and_returned(&mut store, &instance)?);
    Ok(())
}

fn entered_and_returned(store: &mut Store<()>, instance: &Instance) -> Result<String> {
    let entered = global(store, instance, "entered")?;
    Ok(format!("{entered} entered, {} returned", global(store, instance, "left")?))
}

fn re_entries(engine: &Engine, out: &Transcript) -> Result<()> {
    const LEVELS: u32 = 200;
    // The exit code of the host function at the bottom; with 0 it returns.
    let code = Arc::new(AtomicU32::new(5));
    let handed_on = Arc::new(AtomicU32::new(0));
    let (raised, counted) = (code.clone(), handed_on.clone());
    let mut host = ReentrantHost::new(engine, move |level, enter_guest| match raised.load(Relaxed) {
        code if level == 0 && code > 0 => Err(to_error(ExitCode(code))),
        code => enter_guest().inspect_err(|error| {
            let the_same = error.downcast_ref() == Some(&ExitCode(code));
            counted.fetch_add(the_same.into(), Relaxed);
        }),
    })?;

    say!(out, "{}", ended(&host.enter(LEVELS)));
    say!(out, "handed on by host functions: {} times", handed_on.load(Relaxed));
    say!(out, "{}", host.calls()?);
    code.store(0, Relaxed);
    say!(out, "not asked to exit: {}", ended(&host.enter(LEVELS)));
    say!(out, "{}", host.calls()?);
    Ok(())
}

fn stack_end(engine: &Engine, out: &Transcript) -> Result<()> {
    const LAST: u32 = 64;
    let Fixture { mut store, run: dive, .. } = diving(engine)?;
    // An exit succeeds below `room` frames, and fails below `too_many`. A call that returns may succeed below one frame more.
    let (mut room, mut too_many) = (LAST, 1 << 24);
    while too_many - room > 1 {
        let frames = room.midpoint(too_many);
        match dive.call(&mut store, (frames, 5)) {
            Err(error) if error.downcast_ref() == Some(&ExitCode(5)) => room = frames,
            _ => too_many = frames,
        }
    }
    say!(out, "a frame more than there is room for: {}", ended(&dive.call(&mut store, (too_many, 5))));
    let (mut exited, mut returned, mut wrong) = (0, 0, None);
    for frames in room - LAST + 1..=room {
        let exit = dive.call(&mut store, (frames, frames));
        match exit {
            Err(error) if error.downcast_ref() == Some(&ExitCode(frames)) => exited += 1,
            other => wrong = wrong.or(Some(format!("{} frames from the end: {}", room - frames, ended(&other)))),
        }
        returned += u32::from(dive.call(&mut store, (frames, 0)).is_ok());
    }
    say!(out, "the last {LAST} frames: {exited} exited, {returned} returned");
    say!(out, "wrong: {}", wrong.as_deref().unwrap_or("none"));
    Ok(())
}
