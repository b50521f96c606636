//! The scenarios of the C API, with host code as in C.
use std::cell::Cell;
use std::ffi::c_void;
use std::rc::Rc;

use anyhow::{Context, Result, anyhow, bail};

use super::CApi;
use super::bindings::{Api, EXTERN_FUNC, Extern, List, Store, Trap, Val};
use super::convert::{cause, message_bytes, trap};
use super::fixture::{CompiledGuest, Environment, LibraryGuest, as_extern, constant, early_exit, takes_code};
use super::objects::{self, NotMade, Owned};
use crate::catalog::scenario::c_api;
use crate::catalog::scenario::exit::{CODES, LET_PASS};
use crate::engine::ScenarioTable;
use crate::engine::Support::Do;
use crate::engine::embedding::{Signature, Transcript, Type, Unsupported};
use crate::exit_code::ExitCode;
use crate::process_stats::resident_memory;
use crate::{catalog, guest, say};

pub(super) const SCENARIOS: ScenarioTable<CApi> = &[
    (&catalog::scenario::early_exit::DYNAMIC_EXIT, Do(page)),
    (&c_api::MESSAGE, Do(message)),
    (&c_api::MESSAGE_WITHIN, Do(message_within)),
    (&c_api::MESSAGE_WITHOUT_NUL, Do(message_without_nul)),
    (&c_api::SIDE_CHANNEL, Do(side_channel)),
    (&c_api::TRAP_OR_EXIT, Do(trap_or_exit)),
    (&c_api::START, Do(start)),
    (&c_api::NESTED, Do(nested)),
    (&c_api::THREADS, Do(threads)),
    (&c_api::SOAK, Do(soak)),
    (&c_api::EXPORT_ORDER, Do(export_order)),
    (&c_api::NULL_ENVIRONMENT, Do(null_environment)),
    (&c_api::HOST_INFO, Do(host_info)),
];

/// An instance of the early-exit guest.
fn exiting(c_api: &CApi) -> Result<LibraryGuest> {
    LibraryGuest::exiting(&CompiledGuest::new(c_api.api, &guest::wasm(guest::EARLY_EXIT))?)
}

/// The example of Wasmer's Go package.
fn page(c_api: &CApi, out: &Transcript) -> Result<()> {
    say!(out, "Compiling module...");
    let compiled = CompiledGuest::new(c_api.api, &guest::wasm(guest::EARLY_EXIT))?;
    say!(out, "Instantiating module...");
    let guest = LibraryGuest::exiting(&compiled)?;
    say!(out, "Calling `run` function...");
    let (_, trap) = guest.exit("run", &[1, 7])?;
    // Some libraries add the guest's frames to the message.
    let message = objects::message(c_api.api, &trap);
    let line = line_with(&message, "exit code: 1").with_context(|| format!("no such message: {message}"))?;
    say!(out, "Exited early with: {line}");
    Ok(())
}

/// The line of a message that equals `text`, apart from surrounding space.
fn line_with<'a>(message: &'a str, text: &str) -> Option<&'a str> {
    message.lines().map(str::trim).find(|line| *line == text)
}

fn message(c_api: &CApi, out: &Transcript) -> Result<()> {
    let guest = exiting(c_api)?;
    say!(out, "sent `exit code: 1` and a final NUL");
    let (_, trap) = guest.exit("run", &[1, 7])?;
    let bytes = message_bytes(c_api.api, *trap);
    let text = String::from_utf8_lossy(&bytes);
    let shown = text.trim_end_matches('\0').replace('\n', "\\n");
    say!(out, "came `{shown}`, with a final NUL: {}", bytes.last() == Some(&0));
    Ok(())
}

fn message_within(c_api: &CApi, out: &Transcript) -> Result<()> {
    let guest = exiting(c_api)?;
    for code in CODES {
        let (_, trap) = guest.exit("run", &[code.cast_signed(), 7])?;
        let message = objects::message(c_api.api, &trap);
        let line = line_with(&message, &format!("exit code: {code}")).unwrap_or_else(|| cause(&message));
        say!(out, "asked for {code}: `{line}`");
    }
    Ok(())
}

/// Exits with code 1, by a message without a final NUL.
unsafe extern "C" fn exit_without_nul(env: *mut c_void, _: *const List<Val>, _: *mut List<Val>) -> *mut Trap {
    // SAFETY: the environment has this type and lives as long as the store.
    let env = unsafe { &*env.cast::<Environment>() };
    env.code.set(Some(ExitCode(1)));
    objects::new_trap(env.api, env.store, b"exit code: 1")
}

fn message_without_nul(c_api: &CApi, out: &Transcript) -> Result<()> {
    let compiled = CompiledGuest::new(c_api.api, &guest::wasm(guest::EARLY_EXIT))?;
    let guest = LibraryGuest::new(&compiled, &[(takes_code(), exit_without_nul)])?;
    say!(out, "sent `exit code: 1`");
    let (_, trap) = guest.exit("run", &[1, 7])?;
    let message = objects::message(c_api.api, &trap);
    say!(out, "came `{}`", line_with(&message, "exit code: 1").unwrap_or_else(|| cause(&message)));
    Ok(())
}

fn side_channel(c_api: &CApi, out: &Transcript) -> Result<()> {
    let compiled = CompiledGuest::new(c_api.api, &guest::wasm(guest::EARLY_EXIT))?;
    let (one, other) = (LibraryGuest::exiting(&compiled)?, LibraryGuest::exiting(&compiled)?);
    other.env.offset.set(1000);
    for code in CODES {
        let asked = [code.cast_signed(), 7];
        // Both guests exit before any code is read.
        let calls = [one.call("run", &asked)?, other.call("run", &asked)?];
        if calls.iter().any(Result::is_ok) {
            bail!("expected an early exit, but the guest returned");
        }
        let codes = [&one, &other].map(|guest| guest.env.code.take().map_or("nothing".into(), |code| code.to_string()));
        say!(out, "asked for {code}: {} and {}", codes[0], codes[1]);
    }
    match one.call("run", &[LET_PASS.cast_signed(), 7])? {
        Ok(sum) => say!(out, "let pass, it returns {sum}"),
        Err(trap) => bail!("let pass, it ends: {}", objects::message(c_api.api, &trap)),
    }
    Ok(())
}

fn trap_or_exit(c_api: &CApi, out: &Transcript) -> Result<()> {
    let guest = LibraryGuest::exiting(&CompiledGuest::new(c_api.api, &guest::wasm(guest::LEAVING))?)?;
    for (name, export, arguments) in [
        ("unreachable", "unreachable", [1, 0]),
        ("divide", "divide", [7, 0]),
        ("exit", "run", [5, 7]),
        ("unreachable", "unreachable", [1, 0]),
    ] {
        let error = guest.call(export, &arguments)?.err().context("the guest returned")?;
        let code = guest.env.code.take().map_or("no code".into(), |code| format!("code {code}"));
        let known = trap(&objects::message(c_api.api, &error)).map_or("none".into(), |trap| trap.to_string());
        say!(out, "{name}: {code}; a trap: {known}");
    }
    Ok(())
}

/// As [`early_exit`], but returns 7 if it does not exit.
unsafe extern "C" fn exit_or_answer(
    env: *mut c_void,
    arguments: *const List<Val>,
    results: *mut List<Val>,
) -> *mut Trap {
    // SAFETY: as in `early_exit`. There is one result.
    unsafe {
        let trap = early_exit(env, arguments, results);
        if trap.is_null() {
            (*results).data.write(Val::i32(7));
        }
        trap
    }
}

fn start(c_api: &CApi, out: &Transcript) -> Result<()> {
    let api = c_api.api;
    let compiled = CompiledGuest::new(api, &guest::wasm(guest::EXIT_IN_START))?;
    let instantiated = |code: u32| -> Result<Option<ExitCode>> {
        let store = objects::store(api, &compiled.engine)?;
        let env = Environment::new(api, &store);
        let signature = Signature { parameters: vec![Type::I32], results: vec![Type::I32] };
        let function = objects::function_with_env(api, &store, &signature, exit_or_answer, Rc::as_ptr(&env))?;
        let code_global = constant(api, &store, code.cast_signed())?;
        // SAFETY: the global is valid.
        let imports = [as_extern(api, &function), unsafe { (api.wasm_global_as_extern)(*code_global) }];
        match objects::instantiate(api, &store, &compiled.module, &imports) {
            Ok(_) => Ok(None),
            Err(NotMade::Silent) => bail!("there is no instance, and no trap"),
            Err(NotMade::Trap(trap)) => {
                let (message, left) = (objects::message(api, &trap), env.code.take());
                let left = left.with_context(|| format!("a trap that is not the host's: {message}"))?;
                if !message.contains(&format!("exit code: {left}")) {
                    bail!("code {left}, and the message: {message}");
                }
                Ok(Some(left))
            }
        }
    };
    let codes = CODES.iter().map(|code| instantiated(*code)?.context("the start function returned"));
    let codes = codes.collect::<Result<Vec<_>>>()?;
    say!(out, "codes: {}", codes.iter().map(ExitCode::to_string).collect::<Vec<_>>().join(", "));
    match instantiated(LET_PASS)? {
        None => say!(out, "let pass, it is an instance"),
        Some(code) => bail!("let pass, it exits with {code}"),
    }
    Ok(())
}

/// Calls the guest again, and returns the trap of that call.
pub(super) unsafe extern "C" fn reenter(
    env: *mut c_void,
    arguments: *const List<Val>,
    results: *mut List<Val>,
) -> *mut Trap {
    // SAFETY: the environment has this type and lives as long as the store. The called function has the same signature.
    unsafe {
        let env = &*env.cast::<Environment>();
        (env.api.wasm_func_call)(env.function.get(), arguments, results)
    }
}

fn nested(c_api: &CApi, out: &Transcript) -> Result<()> {
    let api = c_api.api;
    let compiled = CompiledGuest::new(api, &guest::wasm(guest::REENTRY))?;
    let reentering = Signature { parameters: vec![Type::I32, Type::I32], results: vec![Type::I32] };
    let guest = LibraryGuest::new(&compiled, &[(takes_code(), early_exit), (reentering, reenter)])?;
    guest.env.function.set(guest.exports.function("descend")?);
    for calls in [0, 1, 8] {
        let (code, trap) = guest.exit("descend", &[7, calls])?;
        let message = objects::message(api, &trap);
        let there = message.contains("exit code: 7");
        say!(out, "through {calls} nested calls: code {code}, with its message: {there}");
    }
    match guest.call("descend", &[0, 8])? {
        Ok(calls) => say!(out, "without an exit, 8 nested calls return {calls}"),
        Err(trap) => bail!("without an exit, it ends: {}", objects::message(api, &trap)),
    }
    Ok(())
}

fn threads(c_api: &CApi, out: &Transcript) -> Result<()> {
    const THREADS: u32 = 8;
    const EXITS: u32 = 1000;
    let api = c_api.api;
    let compiled = CompiledGuest::new(api, &guest::wasm(guest::EARLY_EXIT))?;
    /// A guest whose engine and module several threads use, as the C API allows.
    struct Shared<'a>(&'a CompiledGuest);
    // SAFETY: the threads end before the guest is dropped. Each has a separate store, and only copies the pointers.
    unsafe impl Sync for Shared<'_> {}
    impl Shared<'_> {
        fn guest(&self) -> &CompiledGuest {
            self.0
        }
    }
    let shared = &Shared(&compiled);
    let exits = |thread: u32| -> Result<usize> {
        let CompiledGuest { engine, module, .. } = shared.guest();
        let store = objects::store(api, engine)?;
        let env = Environment::new(api, &store);
        let function = objects::function_with_env(api, &store, &takes_code(), early_exit, Rc::as_ptr(&env))?;
        let instance = objects::instantiate(api, &store, module, &[as_extern(api, &function)])
            .map_err(|_| anyhow!("there is no instance"))?;
        let exports = objects::Exports::of(api, module, &instance)?;
        let run = exports.function("run")?;
        let is_right = |code: &u32| {
            let observed = objects::call(api, run, &[Val::i32(code.cast_signed()), Val::i32(7)], &mut [Val::i32(0)]);
            observed.is_err() && env.code.take() == Some(ExitCode(*code))
        };
        Ok((0..EXITS).map(|n| 1_000_000 * (thread + 1) + n).filter(is_right).count())
    };
    let right = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..THREADS).map(|thread| scope.spawn(move || exits(thread))).collect();
        let right = threads.into_iter().map(|thread| thread.join().map_err(|_| anyhow!("a thread panicked"))?);
        right.sum::<Result<usize>>()
    })?;
    say!(out, "{right} of {} exits with the code that was raised", THREADS * EXITS);
    Ok(())
}

fn soak(c_api: &CApi, out: &Transcript) -> Result<()> {
    let guest = exiting(c_api)?;
    let exits = |codes: std::ops::Range<u32>| -> Result<usize> {
        let mut right = 0;
        for code in codes.filter(|code| *code != LET_PASS) {
            let (observed, trap) = guest.exit("run", &[code.cast_signed(), 7])?;
            // Reads the message, as a host would.
            let message = message_bytes(c_api.api, *trap);
            right += usize::from(observed == ExitCode(code) && !message.is_empty());
        }
        Ok(right)
    };
    let resident = || resident_memory(std::process::id()).context("the platform does not tell what a process holds");
    exits(0..10_000)?;
    let before = resident()?;
    say!(out, "{} exits with the code that was raised", exits(100..100_100)?);
    match resident()?.saturating_sub(before) {
        grew if grew < 1 << 20 => say!(out, "resident memory grew by less than 1 MiB"),
        grew => say!(out, "resident memory grew by {} KiB", grew >> 10),
    }
    Ok(())
}

fn export_order(c_api: &CApi, out: &Transcript) -> Result<()> {
    let api = c_api.api;
    let text = r#"(module (func (export "z")) (global (export "a") i32 (i32.const 1)) (memory (export "m") 1))"#;
    let compiled = CompiledGuest::new(api, &guest::wasm(text))?;
    say!(out, "the module's exports: {}", objects::export_names(api, &compiled.module).join(", "));
    let store = objects::store(api, &compiled.engine)?;
    let instance =
        objects::instantiate(api, &store, &compiled.module, &[]).map_err(|_| anyhow!("there is no instance"))?;
    let mut externs: List<*mut Extern> = List::EMPTY;
    // SAFETY: the instance is valid, and the list is deleted after use.
    let first = unsafe {
        (api.wasm_instance_exports)(*instance, &mut externs);
        let first = externs.as_slice().first().map(|first| (api.wasm_extern_kind)(*first));
        (api.wasm_extern_vec_delete)(&mut externs);
        first
    };
    say!(out, "the first of the instance is a function: {}", first == Some(EXTERN_FUNC));
    Ok(())
}

thread_local! {
    /// The library and the store, for callbacks without an environment.
    static OF_THIS_THREAD: Cell<Option<(&'static Api, *mut Store)>> = const { Cell::new(None) };
}

/// Sets the library and the store for callbacks of this thread that have no environment.
pub(super) fn without_environment(api: &'static Api, store: &Owned<Store>) {
    OF_THIS_THREAD.set(Some((api, **store)));
}

/// A host function without an environment: exits with its argument, unless the argument is [`LET_PASS`].
pub(super) unsafe extern "C" fn plain_exit(arguments: *const List<Val>, _: *mut List<Val>) -> *mut Trap {
    // SAFETY: the argument is an i32.
    let asked = unsafe { (*(*arguments).data).of.i32.cast_unsigned() };
    crate::engine::embedding::injected_instructions::execute();
    match OF_THIS_THREAD.get() {
        Some((api, store)) if asked != LET_PASS => {
            objects::new_trap(api, store, format!("exit code: {asked}\0").as_bytes())
        }
        _ => std::ptr::null_mut(),
    }
}

/// As [`plain_exit`], with an environment that it ignores.
unsafe extern "C" fn exit_with_null(_: *mut c_void, arguments: *const List<Val>, results: *mut List<Val>) -> *mut Trap {
    // SAFETY: the arguments are passed on unchanged.
    unsafe { plain_exit(arguments, results) }
}

fn null_environment(c_api: &CApi, out: &Transcript) -> Result<()> {
    let api = c_api.api;
    let compiled = CompiledGuest::new(api, &guest::wasm(guest::EARLY_EXIT))?;
    for (how, with_null) in [("without an environment", false), ("with one of NULL", true)] {
        let guest = LibraryGuest::of_functions(&compiled, |store, _| {
            without_environment(api, store);
            Ok(vec![if with_null {
                objects::function_with_env::<Environment>(api, store, &takes_code(), exit_with_null, std::ptr::null())?
            } else {
                objects::function(api, store, &takes_code(), plain_exit)?
            }])
        })?;
        match guest.call("run", &[1, 7])? {
            Err(trap) if objects::message(api, &trap).contains("exit code: 1") => say!(out, "{how}: exited"),
            Err(trap) => say!(out, "{how}: {}", objects::message(api, &trap)),
            Ok(_) => say!(out, "{how}: returned"),
        }
    }
    Ok(())
}

/// The object that is attached to a trap.
static ATTACHED: u32 = 1;

/// Exits with code 1, by a trap with an attached object.
unsafe extern "C" fn exit_with_info(env: *mut c_void, _: *const List<Val>, _: *mut List<Val>) -> *mut Trap {
    // SAFETY: the environment has this type and lives as long as the store. The trap is valid.
    unsafe {
        let env = &*env.cast::<Environment>();
        let trap = env.exit(ExitCode(1));
        if let Some(attach) = env.api.wasm_trap_set_host_info {
            attach(trap, (&raw const ATTACHED).cast_mut().cast());
        }
        trap
    }
}

fn host_info(c_api: &CApi, out: &Transcript) -> Result<()> {
    let api = c_api.api;
    let (Some(_), Some(get)) = (api.wasm_trap_set_host_info, api.wasm_trap_get_host_info) else {
        bail!(Unsupported("the library has no `wasm_trap_set_host_info`".into()));
    };
    let compiled = CompiledGuest::new(api, &guest::wasm(guest::EARLY_EXIT))?;
    let guest = LibraryGuest::new(&compiled, &[(takes_code(), exit_with_info)])?;
    let (_, trap) = guest.exit("run", &[1, 7])?;
    say!(out, "attached: true");
    // SAFETY: the trap is valid.
    let observed = unsafe { get(*trap) };
    say!(out, "came back: {}", observed.cast_const().cast() == &raw const ATTACHED);
    Ok(())
}
