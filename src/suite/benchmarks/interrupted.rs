//! Benchmarks of interrupts: how soon a guest stops after a request of another thread. Engines differ in how to request it.
#![allow(dead_code, reason = "not every engine can be asked from another thread")]
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::Result;

use super::CachedModule;
use super::api::{Store, TypedFunc, imports, outcome, wrap};
use super::guest_instance::{GuestInstance, describe};
use super::stop::{INTO_THE_LOOP, since};
use crate::engine::embedding::{Outcome, Prepared, Trap};

/// Requests an interrupt of a guest, from any thread.
pub(crate) type InterruptRequest = Box<dyn Fn() + Send>;

/// An engine's support for interrupts from another thread.
pub(crate) struct Interrupts {
    /// The guest, compiled so that it can be interrupted.
    pub(crate) module: CachedModule,
    /// Creates the function that requests an interrupt of a store's guest.
    pub(crate) request: fn(&CachedModule, &mut Store<Running>) -> InterruptRequest,
    /// Whether the engine reports some interrupts as another trap, so that the host must record its request.
    pub(crate) misreported: bool,
    /// Prepares a store for the next interrupt.
    pub(crate) ready: fn(&mut Store<Running>),
}

/// The state that the guest's thread and the requesting thread share.
#[derive(Clone, Default)]
pub(crate) struct Running {
    running: Arc<AtomicBool>,
    requested: Arc<AtomicBool>,
}

/// The code that runs when the interrupt is requested.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Whereabouts {
    /// Guest code, in this export.
    Guest(&'static str),
    /// A host function.
    Host,
}

/// A cell that interrupts a guest from another thread.
pub(crate) fn interrupted(interrupts: &Interrupts, whereabouts: Whereabouts) -> Result<Prepared> {
    let state = Running::default();
    let (export, begin): (_, fn(&Running)) = match whereabouts {
        Whereabouts::Guest(export) => (export, |state| state.running.store(true, SeqCst)),
        Whereabouts::Host => ("poll", |state| {
            state.running.store(true, SeqCst);
            while !state.requested.load(SeqCst) {
                std::hint::spin_loop();
            }
        }),
    };
    let mut ready = GuestInstance::new(&interrupts.module, state.clone(), |store| {
        let state = state.clone();
        imports! { "env" => { "begin" => wrap(store, move || begin(&state)) } }
    })?;
    let run: TypedFunc<(), ()> = ready.function(export)?;
    let requester = RequestingThread::start((interrupts.request)(&interrupts.module, &mut ready.store), state.clone());
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
        let ended = if is_known { Ok(()) } else { Err(describe(result)) };
        since(requested, arrived, ended)
    }))
}

/// The requesting thread. It interrupts one guest per message of `watch`, and ends when this is dropped.
struct RequestingThread {
    watch: mpsc::Sender<()>,
    over: mpsc::Sender<()>,
    /// The time of the first request to the guest that ended; `None` without a request.
    requested: mpsc::Receiver<Option<Instant>>,
}

/// The time after which a request counts as lost and is repeated.
const LOST: Duration = Duration::from_millis(20);

impl RequestingThread {
    fn start(request: InterruptRequest, state: Running) -> Self {
        let (watch, to_watch) = mpsc::channel();
        let (over, is_over) = mpsc::channel();
        let (answers, requested) = mpsc::channel();
        thread::spawn(move || {
            for () in to_watch {
                let mut first = None;
                let mut over = loop {
                    if state.running.load(SeqCst) {
                        break is_over.recv_timeout(INTO_THE_LOOP);
                    }
                    match is_over.try_recv() {
                        Err(mpsc::TryRecvError::Empty) => thread::yield_now(),
                        Ok(()) => break Ok(()),
                        Err(mpsc::TryRecvError::Disconnected) => return,
                    }
                };
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
