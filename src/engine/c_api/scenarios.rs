//! The scenarios of the C API, with host code as in C.
use std::ffi::c_void;
use std::rc::Rc;

use anyhow::{Context, Result, anyhow, bail};

use super::CApi;
use super::bindings::{Api, CallbackWithEnv, EXTERN_FUNC, Trap, Val, Values};
use super::convert::{cause, trap};
use super::fixture::{Environment, LibraryGuest, as_extern, early_exit, plain_exit, takes_code};
use super::objects::{CompiledGuest, Exports, NotMade};
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
fn exiting(api: &'static Api) -> Result<LibraryGuest> {
    exiting_by(api, early_exit)
}

/// An instance of the early-exit guest with a host function of the scenario.
fn exiting_by(api: &'static Api, early_exit: CallbackWithEnv) -> Result<LibraryGuest> {
    let compiled = CompiledGuest::new(api, &guest::wasm(guest::EARLY_EXIT))?;
    LibraryGuest::new(&compiled, &[(takes_code(), early_exit)])
}

/// The example of Wasmer's Go package.
fn page(&CApi { api, .. }: &CApi, out: &Transcript) -> Result<()> {
    say!(out, "Compiling module...");
    let compiled = CompiledGuest::new(api, &guest::wasm(guest::EARLY_EXIT))?;
    say!(out, "Instantiating module...");
    let guest = LibraryGuest::exiting(&compiled)?;
    say!(out, "Calling `run` function...");
    let (_, trap) = guest.exit("run", &[1, 7])?;
    // Some libraries add the guest's frames to the message.
    let message = api.message(&trap);
    let line = line_with(&message, "exit code: 1").with_context(|| format!("no such message: {message}"))?;
    say!(out, "Exited early with: {line}");
    Ok(())
}

/// The line of a message that equals `text`, apart from surrounding space.
fn line_with<'a>(message: &'a str, text: &str) -> Option<&'a str> {
    message.lines().map(str::trim).find(|line| *line == text)
}

fn message(&CApi { api, .. }: &CApi, out: &Transcript) -> Result<()> {
    let guest = exiting(api)?;
    say!(out, "sent `exit code: 1` and a final NUL");
    let (_, trap) = guest.exit("run", &[1, 7])?;
    let bytes = api.message_bytes(&trap);
    let text = String::from_utf8_lossy(&bytes);
    let shown = text.trim_end_matches('\0').replace('\n', "\\n");
    say!(out, "came `{shown}`, with a final NUL: {}", bytes.last() == Some(&0));
    Ok(())
}

fn message_within(&CApi { api, .. }: &CApi, out: &Transcript) -> Result<()> {
    let guest = exiting(api)?;
    for code in CODES {
        let (_, trap) = guest.exit("run", &[code.cast_signed(), 7])?;
        let message = api.message(&trap);
        let line = line_with(&message, &format!("exit code: {code}")).unwrap_or_else(|| cause(&message));
        say!(out, "asked for {code}: `{line}`");
    }
    Ok(())
}

/// Exits with code 1, by a message without a final NUL.
unsafe extern "C" fn exit_without_nul(env: *mut c_void, _: *const Values, _: *mut Values) -> *mut Trap {
    // SAFETY: the environment has this type and lives as long as the store.
    let env = unsafe { &*env.cast::<Environment>() };
    env.code.set(Some(ExitCode(1)));
    env.api.new_trap(env.store, b"exit code: 1")
}

fn message_without_nul(&CApi { api, .. }: &CApi, out: &Transcript) -> Result<()> {
    let guest = exiting_by(api, exit_without_nul)?;
    say!(out, "sent `exit code: 1`");
    let (_, trap) = guest.exit("run", &[1, 7])?;
    let message = api.message(&trap);
    say!(out, "came `{}`", line_with(&message, "exit code: 1").unwrap_or_else(|| cause(&message)));
    Ok(())
}

fn side_channel(&CApi { api, .. }: &CApi, out: &Transcript) -> Result<()> {
    let compiled = CompiledGuest::new(api, &guest::wasm(guest::EARLY_EXIT))?;
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
        Err(trap) => bail!("let pass, it ends: {}", api.message(&trap)),
    }
    Ok(())
}

fn trap_or_exit(&CApi { api, .. }: &CApi, out: &Transcript) -> Result<()> {
    let guest = LibraryGuest::exiting(&CompiledGuest::new(api, &guest::wasm(guest::LEAVING))?)?;
    for (name, export, arguments) in [
        ("unreachable", "unreachable", [1, 0]),
        ("divide", "divide", [7, 0]),
        ("exit", "run", [5, 7]),
        ("unreachable", "unreachable", [1, 0]),
    ] {
        let error = guest.call(export, &arguments)?.err().context("the guest returned")?;
        let code = guest.env.code.take().map_or("no code".into(), |code| format!("code {code}"));
        let known = trap(&api.message(&error)).map_or("none".into(), |trap| trap.to_string());
        say!(out, "{name}: {code}; a trap: {known}");
    }
    Ok(())
}

/// As [`early_exit`], but returns 7 if it does not exit.
unsafe extern "C" fn exit_or_answer(env: *mut c_void, arguments: *const Values, results: *mut Values) -> *mut Trap {
    // SAFETY: as in `early_exit`. There is one result.
    unsafe {
        let trap = early_exit(env, arguments, results);
        if trap.is_null() {
            (*results).data.write(Val::i32(7));
        }
        trap
    }
}

fn start(&CApi { api, .. }: &CApi, out: &Transcript) -> Result<()> {
    let compiled = CompiledGuest::new(api, &guest::wasm(guest::EXIT_IN_START))?;
    let instantiated = |code: u32| -> Result<Option<ExitCode>> {
        let store = api.new_store(&compiled.engine)?;
        let env = Environment::new(api, &store);
        let signature = Signature { parameters: vec![Type::I32], results: vec![Type::I32] };
        let function = api.new_function_with_env(&store, &signature, exit_or_answer, Rc::as_ptr(&env))?;
        let code = api.new_global(&store, false, &Val::i32(code.cast_signed()))?;
        // SAFETY: the global is valid.
        let imports = [as_extern(api, &function), unsafe { (api.wasm_global_as_extern)(*code) }];
        match api.instantiate(&store, &compiled.module, &imports) {
            Ok(_) => Ok(None),
            Err(NotMade::Silent) => bail!("there is no instance, and no trap"),
            Err(NotMade::Trap(trap)) => {
                let (message, left) = (api.message(&trap), env.code.take());
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
unsafe extern "C" fn reenter(env: *mut c_void, arguments: *const Values, results: *mut Values) -> *mut Trap {
    // SAFETY: the environment has this type and lives as long as the store. The called function has the same signature.
    unsafe {
        let env = &*env.cast::<Environment>();
        (env.api.wasm_func_call)(env.function.get(), arguments, results)
    }
}

fn nested(&CApi { api, .. }: &CApi, out: &Transcript) -> Result<()> {
    let compiled = CompiledGuest::new(api, &guest::wasm(guest::REENTRY))?;
    let reentering = Signature { parameters: vec![Type::I32, Type::I32], results: vec![Type::I32] };
    let guest = LibraryGuest::new(&compiled, &[(takes_code(), early_exit), (reentering, reenter)])?;
    guest.env.function.set(guest.exports.function("descend")?);
    for calls in [0, 1, 8] {
        let (code, trap) = guest.exit("descend", &[7, calls])?;
        let message = api.message(&trap);
        let there = message.contains("exit code: 7");
        say!(out, "through {calls} nested calls: code {code}, with its message: {there}");
    }
    match guest.call("descend", &[0, 8])? {
        Ok(calls) => say!(out, "without an exit, 8 nested calls return {calls}"),
        Err(trap) => bail!("without an exit, it ends: {}", api.message(&trap)),
    }
    Ok(())
}

fn threads(&CApi { api, .. }: &CApi, out: &Transcript) -> Result<()> {
    const THREADS: u32 = 8;
    const EXITS: u32 = 1000;
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
        let store = api.new_store(engine)?;
        let env = Environment::new(api, &store);
        let function = api.new_function_with_env(&store, &takes_code(), early_exit, Rc::as_ptr(&env))?;
        let instance = api
            .instantiate(&store, module, &[as_extern(api, &function)])
            .map_err(|_| anyhow!("there is no instance"))?;
        let exports = Exports::of(api, module, &instance)?;
        let run = exports.function("run")?;
        let is_right = |code: &u32| {
            let observed = api.call(run, &[Val::i32(code.cast_signed()), Val::i32(7)], &mut [Val::i32(0)]);
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

fn soak(&CApi { api, .. }: &CApi, out: &Transcript) -> Result<()> {
    let guest = exiting(api)?;
    let exits = |codes: std::ops::Range<u32>| -> Result<usize> {
        let mut right = 0;
        for code in codes.filter(|code| *code != LET_PASS) {
            let (observed, trap) = guest.exit("run", &[code.cast_signed(), 7])?;
            // Reads the message, as a host would.
            let message = api.message_bytes(&trap);
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

fn export_order(&CApi { api, .. }: &CApi, out: &Transcript) -> Result<()> {
    let text = r#"(module (func (export "z")) (global (export "a") i32 (i32.const 1)) (memory (export "m") 1))"#;
    let compiled = CompiledGuest::new(api, &guest::wasm(text))?;
    say!(out, "the module's exports: {}", api.export_names(&compiled.module).join(", "));
    let store = api.new_store(&compiled.engine)?;
    let instance = api.instantiate(&store, &compiled.module, &[]).map_err(|_| anyhow!("there is no instance"))?;
    // SAFETY: an export is valid as long as the list.
    let is_function = |export: &*mut _| unsafe { (api.wasm_extern_kind)(*export) } == EXTERN_FUNC;
    say!(out, "the first of the instance is a function: {}", api.exports(&instance).first().is_some_and(is_function));
    Ok(())
}

/// As [`plain_exit`], with an environment that it ignores.
unsafe extern "C" fn exit_with_null(_: *mut c_void, arguments: *const Values, results: *mut Values) -> *mut Trap {
    // SAFETY: the arguments are passed on unchanged.
    unsafe { plain_exit(arguments, results) }
}

fn null_environment(&CApi { api, .. }: &CApi, out: &Transcript) -> Result<()> {
    let compiled = CompiledGuest::new(api, &guest::wasm(guest::EARLY_EXIT))?;
    for (how, with_null) in [("without an environment", false), ("with one of NULL", true)] {
        let guest = LibraryGuest::without_env(&compiled, |store| match with_null {
            true => api.new_function_with_env::<c_void>(store, &takes_code(), exit_with_null, std::ptr::null()),
            false => api.new_function(store, &takes_code(), plain_exit),
        })?;
        match guest.call("run", &[1, 7])? {
            Err(trap) if api.message(&trap).contains("exit code: 1") => say!(out, "{how}: exited"),
            Err(trap) => say!(out, "{how}: {}", api.message(&trap)),
            Ok(_) => say!(out, "{how}: returned"),
        }
    }
    Ok(())
}

/// The object that is attached to a trap.
static ATTACHED: u32 = 1;

/// Exits with code 1, by a trap with an attached object.
unsafe extern "C" fn exit_with_info(env: *mut c_void, _: *const Values, _: *mut Values) -> *mut Trap {
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

fn host_info(&CApi { api, .. }: &CApi, out: &Transcript) -> Result<()> {
    let (Some(_), Some(get)) = (api.wasm_trap_set_host_info, api.wasm_trap_get_host_info) else {
        bail!(Unsupported("the library has no `wasm_trap_set_host_info`".into()));
    };
    let guest = exiting_by(api, exit_with_info)?;
    let (_, trap) = guest.exit("run", &[1, 7])?;
    say!(out, "attached: true");
    // SAFETY: the trap is valid.
    let observed = unsafe { get(*trap) };
    say!(out, "came back: {}", observed.cast_const().cast() == &raw const ATTACHED);
    Ok(())
}
