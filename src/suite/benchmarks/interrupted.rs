//! Guests that another thread stops. How it makes a request is the engine's own.
#![allow(dead_code, reason = "not every engine can be asked from another thread")]
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::Result;

use super::CachedModule;
use super::api::{Store, TypedFunc, imports, outcome, wrap};
use super::guest_instance::{GuestInstance, tell};
use super::stop::{INTO_THE_LOOP, since};
use crate::engine::embedding::{Outcome, Prepared, Trap};

/// Asks the engine, from any thread, to stop a guest.
pub(crate) type InterruptRequest = Box<dyn Fn() + Send>;

/// How an engine's guests are interrupted from another thread.
pub(crate) struct Interrupts {
    /// Where a guest's code is compiled to be interrupted.
    pub(crate) module: CachedModule,
    /// What makes a request for the guest of a store.
    pub(crate) request: fn(&CachedModule, &mut Store<Running>) -> InterruptRequest,
    /// Whether the engine reports some interrupts as another trap: then the host knows by a flag of its own.
    pub(crate) misreported: bool,
    /// What makes a store ready for another one.
    pub(crate) ready: fn(&mut Store<Running>),
}

/// What a guest and the thread that stops it tell each other.
#[derive(Clone, Default)]
pub(crate) struct Running {
    running: Arc<AtomicBool>,
    requested: Arc<AtomicBool>,
}

/// Where the request finds the guest.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Whereabouts {
    /// In its own code, in this export.
    Guest(&'static str),
    /// In a host function.
    Host,
}

/// Interrupts a guest from another thread.
pub(crate) fn interrupted(interrupts: &Interrupts, whereabouts: Whereabouts) -> Result<Prepared> {
    let state = Running::default();
    let begin: fn(&Running) = match whereabouts {
        Whereabouts::Guest(_) => |state: &Running| state.running.store(true, SeqCst),
        Whereabouts::Host => |state: &Running| {
            state.running.store(true, SeqCst);
            while !state.requested.load(SeqCst) {
                std::hint::spin_loop();
            }
        },
    };
    let mut ready = GuestInstance::new(&interrupts.module, state.clone(), |store| {
        let state = state.clone();
        imports! { "env" => { "begin" => wrap(store, move || begin(&state)) } }
    })?;
    let export = match whereabouts {
        Whereabouts::Guest(export) => export,
        Whereabouts::Host => "poll",
    };
    let run: TypedFunc<(), ()> = ready.function(export)?;
    let requester = Requester::start((interrupts.request)(&interrupts.module, &mut ready.store), state.clone());
    let (make_ready, misreported) = (interrupts.ready, interrupts.misreported);
    Ok(Prepared::stops(move || {
        make_ready(&mut ready.store);
        state.running.store(false, SeqCst);
        state.requested.store(false, SeqCst);
        if requester.watch.send(()).is_err() {
            return (Duration::ZERO, Err("nobody is there to stop the guest".into()));
        }
        let result = run.call(&mut ready.store, ());
        let reason = result.as_ref().err().map(outcome);
        let arrived = Instant::now();
        let requested = requester.over.send(()).ok().and_then(|()| requester.requested.recv().ok()).flatten();
        let is_known = match reason {
            Some(Outcome::Trapped(Trap::Interrupted)) => true,
            Some(Outcome::Trapped(_)) => misreported && requested.is_some(),
            _ => false,
        };
        let ended = if is_known { Ok(()) } else { Err(tell(result)) };
        since(requested, arrived, ended)
    }))
}

/// A thread that stops a guest as often as it is told to watch one. It ends with this.
struct Requester {
    watch: mpsc::Sender<()>,
    over: mpsc::Sender<()>,
    /// When the first request was made for the guest that ended, if one was.
    requested: mpsc::Receiver<Option<Instant>>,
}

/// A request that was not answered by then is lost, and another is made.
const LOST: Duration = Duration::from_millis(20);

impl Requester {
    fn start(request: Box<dyn Fn() + Send>, state: Running) -> Self {
        let (watch, to_watch) = mpsc::channel();
        let (over, is_over) = mpsc::channel();
        let (answers, requested) = mpsc::channel();
        thread::spawn(move || {
            for () in to_watch {
                let mut first = None;
                let over = loop {
                    if state.running.load(SeqCst) {
                        break is_over.recv_timeout(INTO_THE_LOOP);
                    }
                    match is_over.try_recv() {
                        Err(mpsc::TryRecvError::Empty) => thread::yield_now(),
                        Ok(()) => break Ok(()),
                        Err(mpsc::TryRecvError::Disconnected) => return,
                    }
                };
                let mut over = over;
                while over == Err(RecvTimeoutError::Timeout) {
                    first.get_or_insert_with(Instant::now);
                    request();
                    state.requested.store(true, SeqCst);
                    over = is_over.recv_timeout(LOST);
                }
                if over.is_err() || answers.send(first).is_err() {
                    return;
                }
            }
        });
        Self { watch, over, requested }
    }
}
