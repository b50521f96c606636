//! A random mixture of all ways to end a guest, which shows leaks over time.
use std::cell::RefCell;
use std::fmt;
use std::panic::resume_unwind;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use crate::engine::embedding::{Artifact, Compiled, Embedding, Host, ModuleInstance, Outcome, Trap, Value};
use crate::exit_code::ExitCode;
use crate::guest;

/// The number of ended guests by kind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExitCounts {
    /// By the host's error, in a persistent instance.
    pub exits: u64,
    /// By a trap.
    pub traps: u64,
    /// By a panic of a host function.
    pub panics: u64,
    /// By the host's error, through another guest and its host.
    pub nested: u64,
    /// By the host's error, in a fresh instance that is dropped afterwards.
    pub fresh: u64,
    /// By the host's error, on a thread that loaded an artifact.
    pub on_threads: u64,
    /// By an exception of the guest or its host that was caught.
    #[serde(default)]
    pub exceptions: u64,
}

/// The workload of a soak.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mixture {
    /// Exits, traps and panics: [`Soak`].
    #[default]
    Exits,
    /// Exceptions: [`ExceptionSoak`](super::exceptions::ExceptionSoak).
    Exceptions,
}

impl fmt::Display for Mixture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Exits => "exits",
            Self::Exceptions => "exceptions",
        })
    }
}

/// Iterations of one kind before the next is chosen.
const TURNS: u32 = 50;
/// Parallel threads.
const THREADS: u64 = 4;
/// The message of the panics.
const PANIC: &str = "a panic of the soak's";
/// Exports that trap, with arguments.
const TRAPS: [(&str, &[Value], Trap); 3] = [
    ("unreachable_if", &[Value::I32(1)], Trap::Unreachable),
    ("i32.div_s", &[Value::I32(1), Value::I32(0)], Trap::IntegerDivideByZero),
    ("i32.load8_u", &[Value::I32(-1)], Trap::OutOfBoundsMemoryAccess),
];

/// The state of the soak.
pub struct Soak {
    exiting: Box<dyn Compiled>,
    artifact: Option<Box<dyn Artifact>>,
    exit: Box<dyn ModuleInstance>,
    trap: Box<dyn ModuleInstance>,
    panic: Box<dyn ModuleInstance>,
    nesting: Box<dyn ModuleInstance>,
    random: ChaCha8Rng,
    counts: ExitCounts,
}

thread_local! {
    /// The guest that is called by the host function of another guest.
    static INNER: RefCell<Option<Box<dyn ModuleInstance>>> = const { RefCell::new(None) };
}

impl Soak {
    /// Prepares the guests.
    ///
    /// # Errors
    /// When a guest cannot be compiled or instantiated.
    pub fn new(engine: &dyn Embedding, seed: u64) -> Result<Self> {
        let exiting = engine.compile(&guest::wasm(guest::EARLY_EXIT))?;
        let trapping = engine.compile(&guest::wasm(guest::TRAPS))?;
        // Without artifacts, threads cannot load the guest and are skipped.
        let artifact = exiting.serialize().ok();
        let (exit, trap) = (exiting.instantiate(raising())?, trapping.instantiate(raising())?);
        let panicking: Host = Arc::new(|_, _| resume_unwind(Box::new(PANIC.to_owned())));
        let (panic, nesting) = (exiting.instantiate(panicking)?, exiting.instantiate(reentering())?);
        INNER.set(Some(exiting.instantiate(raising())?));
        let random = ChaCha8Rng::seed_from_u64(seed);
        Ok(Self { exiting, artifact, exit, trap, panic, nesting, random, counts: ExitCounts::default() })
    }

    /// Continues for a time, and returns the counts since the start.
    ///
    /// # Errors
    /// When a guest ends in a wrong way.
    pub fn go_on(&mut self, time: Duration) -> Result<ExitCounts> {
        let until = Instant::now() + time;
        while Instant::now() < until {
            match self.random.random_range(0..20) {
                0 => self.on_threads()?,
                1 | 2 => {
                    turn(&mut self.counts.fresh, |code| exits_with(&mut *self.exiting.instantiate(raising())?, code))?
                }
                3..6 => turn(&mut self.counts.traps, |n| {
                    let (export, arguments, trap) = TRAPS[n as usize % TRAPS.len()];
                    is(self.trap.call(export, arguments), &Outcome::Trapped(trap))
                })?,
                6..8 => turn(&mut self.counts.panics, |code| {
                    is(leave(&mut *self.panic, code), &Outcome::Panicked(PANIC.into()))
                })?,
                8..11 => turn(&mut self.counts.nested, |code| exits_with(&mut *self.nesting, code))?,
                _ => turn(&mut self.counts.exits, |code| exits_with(&mut *self.exit, code))?,
            }
        }
        Ok(self.counts)
    }

    fn on_threads(&mut self) -> Result<()> {
        let Some(artifact) = self.artifact.as_deref() else { return Ok(()) };
        let thread = || -> Result<()> {
            let (loaded, _) = artifact.load()?;
            let mut instance = loaded.instantiate(raising())?;
            (1..=TURNS).try_for_each(|code| exits_with(&mut *instance, code))
        };
        std::thread::scope(|scope| {
            let threads: Vec<_> = (0..THREADS).map(|_| scope.spawn(thread)).collect();
            threads.into_iter().try_for_each(|thread| thread.join().ok().context("a thread of the soak's panicked")?)
        })?;
        self.counts.on_threads += THREADS * u64::from(TURNS);
        Ok(())
    }
}

impl Drop for Soak {
    fn drop(&mut self) {
        INNER.take();
    }
}

impl ExitCounts {
    /// The total.
    pub fn times(&self) -> u64 {
        let Self { exits, traps, panics, nested, fresh, on_threads, exceptions } = self;
        exits + traps + panics + nested + fresh + on_threads + exceptions
    }
}

/// Ends [`TURNS`] guests, with the codes from 1 on, and counts them.
fn turn(count: &mut u64, end: impl FnMut(u32) -> Result<()>) -> Result<()> {
    (1..=TURNS).try_for_each(end)?;
    *count += u64::from(TURNS);
    Ok(())
}

/// A host function that ends the guest with its argument as the code.
fn raising() -> Host {
    Arc::new(|_, arguments| match arguments {
        [Value::I32(code)] => Err(ExitCode(code.cast_unsigned())),
        _ => Ok(vec![]),
    })
}

/// A host function that calls another guest, which exits, and returns its error.
fn reentering() -> Host {
    Arc::new(|_, arguments| {
        INNER.with_borrow_mut(|inner| match (inner, arguments) {
            (Some(inner), [Value::I32(code)]) => match leave(&mut **inner, code.cast_unsigned()) {
                Outcome::Exited(code) => Err(code),
                _ => Ok(vec![]),
            },
            _ => Ok(vec![]),
        })
    })
}

fn leave(instance: &mut dyn ModuleInstance, code: u32) -> Outcome {
    instance.call("run", &[Value::I32(code.cast_signed()), Value::I32(7)])
}

pub(crate) fn exits_with(instance: &mut dyn ModuleInstance, code: u32) -> Result<()> {
    is(leave(instance, code), &Outcome::Exited(ExitCode(code)))
}

pub(crate) fn is(came: Outcome, expected: &Outcome) -> Result<()> {
    ensure!(came == *expected, "a guest that should have {expected} has {came}");
    Ok(())
}
