//! The shadow stack of a Rust or C guest, in its memory: an exit does not restore the stack pointer.
use anyhow::{Context, Result, bail};

use super::api::{Error, Global, Instance, Module, Store, TypedFunc, Val, imports, new_store, outcome, wrap};
use super::fixture::{ended, exit_unless_0};
use super::{Do, Engine, ExitCode, Outcome, ScenarioTable, Transcript, guest, say};
use crate::catalog::scenario::rust_stack;

pub(crate) const SCENARIOS: ScenarioTable<Engine> = &[
    (&rust_stack::RUNS_OUT, Do(runs_out)),
    (&rust_stack::PUT_BACK, Do(put_back)),
    (&rust_stack::NEW_INSTANCE, Do(new_instance)),
];

/// The number of frames on the guest's stack at an exit.
const FRAMES: u32 = 4;

fn runs_out(engine: &Engine, out: &Transcript) -> Result<()> {
    let (guest, mut store) = RustGuest::in_new_store(engine)?;
    for code in [0, 5] {
        let before = guest.stack(&mut store)?;
        let ended = ended(&guest.work(&mut store, code));
        say!(out, "{FRAMES} frames, {ended}, the stack pointer fell by {}", before - guest.stack(&mut store)?);
    }
    // The loop above made the first of the 1000 exits.
    let count = guest.exit_often(&mut store, 999, |_, _| Ok(()))?;
    if let Some((number, trap)) = &count.first_trap {
        say!(out, "exit {} {trap}", number + 1);
    }
    say!(out, "of 1000 exits {} came back, {} trapped", count.exited + 1, count.trapped);
    Ok(())
}

fn put_back(engine: &Engine, out: &Transcript) -> Result<()> {
    let (guest, mut store) = RustGuest::in_new_store(engine)?;
    // The top of the stack, which is the right value of the stack pointer while no call is active.
    let top = guest.stack(&mut store)?;
    let put_back = |guest: &RustGuest, store: &mut Store<()>| Ok(guest.stack_pointer.set(store, Val::I32(top))?);

    let count = guest.exit_often(&mut store, 100_000, put_back)?;
    say!(out, "of 100000 exits {} came back, {} trapped", count.exited, count.trapped);
    say!(out, "not asked to exit, it {}", ended(&guest.work(&mut store, 0)));

    // Restoring the stack pointer also repairs an instance that has used up its stack.
    let count = guest.exit_often(&mut store, 100, |_, _| Ok(()))?;
    say!(out, "not put back: of 100 exits {} came back, {} trapped", count.exited, count.trapped);
    put_back(&guest, &mut store)?;
    say!(out, "put back, it {}", ended(&guest.work(&mut store, 5)));
    Ok(())
}

fn new_instance(engine: &Engine, out: &Transcript) -> Result<()> {
    let runtime = engine.runtime();
    let module = Module::new(&runtime, guest::STACK_FRAMES)?;

    let mut store = new_store(&runtime, ());
    for which in ["first", "second"] {
        let guest = RustGuest::new(&module, &mut store)?;
        let count = guest.exit_often(&mut store, 100, |_, _| Ok(()))?;
        say!(out, "{which} instance: of 100 exits {} came back, {} trapped", count.exited, count.trapped);
    }

    let (mut exited, mut trapped) = (0, 0);
    for _ in 0..1000 {
        let mut store = new_store(&runtime, ());
        let count = RustGuest::new(&module, &mut store)?.exit_often(&mut store, 1, |_, _| Ok(()))?;
        (exited, trapped) = (exited + count.exited, trapped + count.trapped);
    }
    say!(out, "1000 instances, an exit each: {exited} came back, {trapped} trapped");
    Ok(())
}

/// An instance of the guest in Rust.
struct RustGuest {
    /// `work(code, frames)`: exits with `code` below `frames` frames, or returns if `code` is 0.
    work: TypedFunc<(u32, u32), u32>,
    stack_pointer: Global,
}

struct ShadowStackCounts {
    exited: u32,
    trapped: u32,
    /// The first call that trapped: its number, from 1, and its outcome.
    first_trap: Option<(u32, String)>,
}

impl RustGuest {
    fn new(module: &Module, store: &mut Store<()>) -> Result<Self> {
        let imports = imports! { "env" => { "early_exit" => wrap(store, exit_unless_0) } };
        let instance = Instance::new(&mut *store, module, &imports)?;
        // The linker exports the stack pointer only with `-C link-arg=--export=__stack_pointer`.
        let stack_pointer = instance.get_global(&mut *store, "__stack_pointer").context("no stack pointer")?;
        Ok(Self { work: instance.get_typed_func(store, "work")?, stack_pointer })
    }

    fn in_new_store(engine: &Engine) -> Result<(Self, Store<()>)> {
        let runtime = engine.runtime();
        let mut store = new_store(&runtime, ());
        Ok((Self::new(&Module::new(&runtime, guest::STACK_FRAMES)?, &mut store)?, store))
    }

    fn stack(&self, store: &mut Store<()>) -> Result<i32> {
        self.stack_pointer.get(store).i32().context("memory is addressed with 32 bits")
    }

    fn work(&self, store: &mut Store<()>, code: u32) -> Result<u32, Error> {
        self.work.call(store, (code, FRAMES))
    }

    /// Exits `times` times, each time with another code and followed by `mend`. Counts the outcomes.
    fn exit_often(
        &self,
        store: &mut Store<()>,
        times: u32,
        mend: impl Fn(&Self, &mut Store<()>) -> Result<()>,
    ) -> Result<ShadowStackCounts> {
        let mut count = ShadowStackCounts { exited: 0, trapped: 0, first_trap: None };
        for number in 1..=times {
            let result = self.work(store, number);
            match result.as_ref().map_err(outcome) {
                Err(Outcome::Exited(ExitCode(code))) if code == number => count.exited += 1,
                Err(trap @ Outcome::Trapped(_)) => {
                    count.trapped += 1;
                    count.first_trap.get_or_insert_with(|| (number, trap.to_string()));
                }
                _ => bail!("asked to exit with {number}, it {}", ended(&result)),
            }
            mend(self, store)?;
        }
        Ok(count)
    }
}
