//! Exits on several threads. A store is used by one thread at a time; engines and modules can be shared.
use std::sync::Barrier;
use std::thread;

use anyhow::Result;

use super::api::{
    Caller, Module, Raised, Runtime, Store, TypedFunc, WasmParams, WasmResults, downcast, raise, runtime_with_stack,
    wrap_env,
};
use super::fixture::{Fixture, ended};
use super::{Do, Engine, ExitCode, ScenarioTable, Transcript, guest, say};
use crate::catalog::scenario::threads;

pub(crate) const SCENARIOS: ScenarioTable<Engine> = &[
    (&threads::ONE_ENGINE, Do(one_engine)),
    (&threads::ENGINE_EACH, Do(engine_each)),
    (&threads::SMALL_STACKS, Do(small_stacks)),
];

const THREADS: u32 = 8;
const ROUNDS: u32 = 200;

fn one_engine(engine: &Engine, out: &Transcript) -> Result<()> {
    let runtime = engine.runtime();
    let module = Module::new(&runtime, guest::wasm(guest::EARLY_EXIT))?;
    play(out, |thread| thread_guest(&runtime, &module, "run", thread))
}

fn engine_each(engine: &Engine, out: &Transcript) -> Result<()> {
    play(out, |thread| {
        let runtime = engine.runtime();
        let module = Module::new(&runtime, guest::wasm(guest::EARLY_EXIT))?;
        thread_guest(&runtime, &module, "run", thread)
    })
}

/// Runs `at_work` on all threads, with the thread's number.
fn on_threads<R: Send>(
    thread: impl Fn() -> thread::Builder,
    at_work: impl Fn(u32) -> Result<R> + Sync,
) -> Result<Vec<R>> {
    thread::scope(|scope| {
        let at_work = &at_work;
        let spawn = |number| thread().spawn_scoped(scope, move || at_work(number));
        let threads = (0..THREADS).map(spawn).collect::<Result<Vec<_>, _>>()?;
        threads.into_iter().map(|thread| thread.join().expect("host functions here do not panic")).collect()
    })
}

/// Creates a guest on each thread, and makes all of them exit at the same time in each round. Counts the exits.
fn play(out: &Transcript, guest: impl Fn(u32) -> Result<Fixture<u32>> + Sync) -> Result<()> {
    let start = Barrier::new(THREADS as usize);
    let at_work = |number: u32| -> Result<Vec<ThreadExit>> {
        let mut guest = guest(number);
        let round = |round| {
            // A thread without a guest must also wait, because the barrier waits for all threads.
            start.wait();
            guest.as_mut().ok().map(|guest| exit(guest, round))
        };
        let ended: Vec<_> = (0..ROUNDS).filter_map(round).collect();
        guest.map(|_| ended)
    };
    let ended = on_threads(thread::Builder::new, at_work)?.concat();
    let exits = ended.iter().filter(|ended| ended.is_ok()).count();
    say!(out, "{THREADS} threads, {ROUNDS} rounds: {exits} exits with the thread's own code");
    match ended.into_iter().find_map(Result::err) {
        None => say!(out, "astray: none"),
        Some(first) => say!(out, "astray: {first}"),
    }
    Ok(())
}

/// `Ok` for an exit with the thread's own code, otherwise the outcome.
type ThreadExit = Result<(), String>;

/// A guest in a separate store whose data is the thread's number.
fn thread_guest<P: WasmParams, R: WasmResults>(
    runtime: &Runtime,
    module: &Module,
    export: &str,
    thread: u32,
) -> Result<Fixture<u32, P, R>> {
    Fixture::of_module(runtime, module, export, thread, |store| {
        wrap_env(store, |caller: Caller<'_, u32>, round: u32| -> Result<(), Raised<ExitCode>> {
            Err(raise(code(*caller.data(), round)))
        })
    })
}

fn exit(guest: &mut Fixture<u32>, round: u32) -> ThreadExit {
    let expected = code(*guest.store.data(), round);
    match guest.run.call(&mut guest.store, (round as i32, 7)) {
        Ok(sum) => Err(format!("expected {expected}, but the guest returned {sum}")),
        Err(error) => match downcast::<ExitCode>(error) {
            Ok(observed) if observed == expected => Ok(()),
            Ok(observed) => Err(format!("expected {expected}, came {observed}")),
            Err(error) => Err(format!("expected {expected}, came {error}")),
        },
    }
}

/// The code of a thread in a round. It consists of both numbers, so that a wrong code shows which of the two is wrong.
fn code(thread: u32, round: u32) -> ExitCode {
    ExitCode(thread * 10_000 + round)
}

fn small_stacks(engine: &Engine, out: &Transcript) -> Result<()> {
    const STACK: usize = 128 << 10;
    const EXITS: u32 = 100;
    let runtime = runtime_with_stack(engine, STACK / 4);
    let module = Module::new(&runtime, guest::wasm(guest::TRAPS))?;
    // The thread's number of exits, the outcome of its recursion, and whether it exits afterwards.
    let at_work = |thread: u32| -> Result<(u32, String, bool)> {
        let Fixture { mut store, instance, run: exit }: Fixture<_, u32, ()> =
            thread_guest(&runtime, &module, "exit", thread)?;
        let deeper: TypedFunc<i32, i32> = instance.get_typed_func(&mut store, "deeper")?;
        let exits = |store: &mut Store<u32>, round| {
            exit.call(store, round).is_err_and(|error| error.downcast_ref() == Some(&code(thread, round)))
        };
        let count = (0..EXITS).filter(|round| exits(&mut store, *round)).count();
        let recursion = ended(&deeper.call(&mut store, -1));
        Ok((count as u32, recursion, exits(&mut store, EXITS)))
    };
    let ended = on_threads(|| thread::Builder::new().stack_size(STACK), at_work)?;
    say!(out, "{THREADS} threads: {} exits with the thread's own code", ended.iter().map(|ended| ended.0).sum::<u32>());
    let first = &ended[0].1;
    let same = ended.iter().filter(|ended| ended.1 == *first).count();
    say!(out, "endless recursion: {first}, {same} times");
    let then = ended.iter().filter(|ended| ended.2).count();
    say!(out, "then: {then} exits with the thread's own code");
    Ok(())
}
