//! A store stays on its thread; engines and modules are shared at will.
use std::sync::Barrier;
use std::thread;

use anyhow::Result;
use wasmer::{Engine, Function, FunctionEnv, FunctionEnvMut, Instance, Module, Store, TypedFunction, imports};

use super::Theme;
use crate::catalog::scenario::threads;
use crate::engine::Support::Do;
use crate::engine::embedding::Transcript;
use crate::engine::wasmer::Wasmer;
use crate::exit_code::ExitCode;
use crate::{guest, say};

pub(super) const CAN: Theme = &[(&threads::ONE_ENGINE, Do(one_engine)), (&threads::ENGINE_EACH, Do(engine_each))];

const THREADS: u32 = 8;
const ROUNDS: u32 = 200;

fn one_engine(wasmer: &Wasmer, out: &Transcript) -> Result<()> {
    let engine = wasmer.engine();
    let module = Module::new(&engine, guest::wasm(guest::EARLY_EXIT))?;
    play(out, |thread| Guest::new(&engine, &module, thread))
}

fn engine_each(wasmer: &Wasmer, out: &Transcript) -> Result<()> {
    play(out, |thread| {
        let engine = wasmer.engine();
        let module = Module::new(&engine, guest::wasm(guest::EARLY_EXIT))?;
        Guest::new(&engine, &module, thread)
    })
}

/// Makes a guest on each thread, lets all of them exit at the same moment, round after round, and counts.
fn play(out: &Transcript, guest: impl Fn(u32) -> Result<Guest> + Sync) -> Result<()> {
    let start = Barrier::new(THREADS as usize);
    let at_work = |number: u32| -> Result<Vec<IterationResult>> {
        let mut guest = guest(number);
        let round = |round| {
            // Whoever has no guest waits all the same: the others could not start.
            start.wait();
            guest.as_mut().ok().map(|guest| guest.exit(round))
        };
        let ended: Vec<_> = (0..ROUNDS).filter_map(round).collect();
        guest.map(|_| ended)
    };
    let ended: Vec<IterationResult> = thread::scope(|scope| {
        let threads: Vec<_> = (0..THREADS).map(|number| scope.spawn(move || at_work(number))).collect();
        let join = |thread: thread::ScopedJoinHandle<'_, _>| thread.join().expect("host functions here do not panic");
        threads.into_iter().map(join).collect::<Result<Vec<_>>>().map(|ended| ended.concat())
    })?;
    let own = ended.iter().filter(|ended| ended.is_ok()).count();
    say!(out, "{THREADS} threads, {ROUNDS} rounds: {own} exits with the thread's own code");
    match ended.into_iter().find_map(Result::err) {
        None => say!(out, "astray: none"),
        Some(first) => say!(out, "astray: {first}"),
    }
    Ok(())
}

/// With the thread's own code, or in what else.
type IterationResult = Result<(), String>;

/// A guest on its thread, in a store of its own.
struct Guest {
    thread: u32,
    store: Store,
    run: TypedFunction<(i32, i32), i32>,
}

impl Guest {
    fn new(engine: &Engine, module: &Module, thread: u32) -> Result<Self> {
        let mut store = Store::new(engine.clone());
        // Half of the code is the store's and half is the guest's: what is mixed up shows which.
        let env = FunctionEnv::new(&mut store, thread);
        let early_exit =
            |env: FunctionEnvMut<u32>, round: u32| -> Result<(), ExitCode> { Err(code(*env.data(), round)) };
        let imports = imports! {
            "env" => { "early_exit" => Function::new_typed_with_env(&mut store, &env, early_exit) },
        };
        let instance = Instance::new(&mut store, module, &imports)?;
        let run = instance.exports.get_typed_function(&store, "run")?;
        Ok(Self { thread, store, run })
    }

    fn exit(&mut self, round: u32) -> IterationResult {
        let expected = code(self.thread, round);
        match self.run.call(&mut self.store, round as i32, 7) {
            Ok(sum) => Err(format!("expected {expected}, but the guest returned {sum}")),
            Err(error) => match error.downcast::<ExitCode>() {
                Ok(came) if came == expected => Ok(()),
                Ok(came) => Err(format!("expected {expected}, came {came}")),
                Err(error) => Err(format!("expected {expected}, came {error}")),
            },
        }
    }
}

/// The code of a thread in a round.
fn code(thread: u32, round: u32) -> ExitCode {
    ExitCode(thread * 10_000 + round)
}
