//! The benchmarks that do the same work through the C API. Its functions take and return lists of values, so they compare with
//! dynamic functions of other backends. The timer includes dropping a trap, as it includes a downcast elsewhere.
use std::ffi::c_void;
use std::fmt::Debug;
use std::rc::Rc;
use std::time::Duration;

use anyhow::{Context, Result, ensure};

use super::CApi;
use super::bindings::{Api, Callback, CallbackWithEnv, Func, Trap as CTrap, Val, Values};
use super::convert::trap;
use super::fixture::{Environment, LibraryGuest, as_extern, early_exit, plain_exit, takes_code};
use super::objects::{CompiledGuest, NotMade, Owned};
use crate::catalog::benchmark::{call, cold, compile, execute, instantiate, native, unwind};
use crate::catalog::scenario::exit::LET_PASS;
use crate::engine::BenchmarkTable;
use crate::engine::Support::Do;
use crate::engine::embedding::{Instant, IterationResult, Prepared, Signature, Trap, Type, timed};
use crate::engine::exit_latency::{latency_since_exit, note_exit};
use crate::exit_code::ExitCode;
use crate::guest::{self, generated};

pub(super) const BENCHMARKS: BenchmarkTable<CApi> = &[
    (&compile::EARLY_EXIT, Do(|c_api, _| compile(c_api.api, guest::wasm(guest::EARLY_EXIT)))),
    (&compile::GENERATED, Do(|c_api, functions| compile(c_api.api, generated::of_size(functions)?))),
    (&instantiate::EARLY_EXIT, Do(|c_api, _| instantiate(c_api.api, &guest::wasm(guest::EARLY_EXIT)))),
    (&instantiate::GENERATED, Do(|c_api, functions| instantiate(c_api.api, &generated::of_size(functions)?))),
    (&cold::BYTES_TO_EXIT, Do(|c_api, _| bytes_to_exit(c_api.api))),
    (&call::DYNAMIC, Do(|c_api, _| call(c_api.api))),
    (&call::HOST_DYNAMIC, Do(|c_api, _| host_call(c_api.api))),
    (&unwind::DYNAMIC.whole, Do(|c_api, _| Ok(whole(without_env(c_api.api, plain_exit)?, exit_by_message)))),
    (&unwind::DYNAMIC.latency, Do(|c_api, _| Ok(latency(without_env(c_api.api, timed_plain_exit)?, exit_by_message)))),
    (&unwind::DYNAMIC.returned, Do(|c_api, _| Ok(returned(without_env(c_api.api, plain_exit)?)))),
    (&unwind::DYNAMIC_ENV.whole, Do(|c_api, _| Ok(whole(with_env(c_api.api, early_exit)?, exit)))),
    (&unwind::DYNAMIC_ENV.latency, Do(|c_api, _| Ok(latency(with_env(c_api.api, timed_exit)?, exit)))),
    (&unwind::DYNAMIC_ENV.returned, Do(|c_api, _| Ok(returned(with_env(c_api.api, early_exit)?)))),
    (&unwind::START.whole, Do(|c_api, _| start(c_api.api))),
    (&unwind::UNREACHABLE, Do(|c_api, _| trapping(c_api.api, "unreachable", [1, 0], Trap::Unreachable))),
    (&unwind::DIVISION_BY_ZERO, Do(|c_api, _| trapping(c_api.api, "divide", [7, 0], Trap::IntegerDivideByZero))),
    (&unwind::OVERFLOW, Do(|c_api, _| trapping(c_api.api, "divide", [i32::MIN, -1], Trap::IntegerOverflow))),
    (&unwind::MEMORY_BOUNDS, Do(|c_api, _| trapping(c_api.api, "load", [1 << 16, 0], Trap::OutOfBoundsMemoryAccess))),
    (&unwind::TABLE_BOUNDS, Do(|c_api, _| trapping(c_api.api, "call", [4, 0], Trap::OutOfBoundsTableAccess))),
    (&unwind::NULL_CALL, Do(|c_api, _| trapping(c_api.api, "call", [3, 0], Trap::UninitializedElement))),
    (&unwind::BAD_SIGNATURE, Do(|c_api, _| trapping(c_api.api, "call", [2, 0], Trap::IndirectCallTypeMismatch))),
    (
        &unwind::BAD_CONVERSION,
        Do(|c_api, _| {
            let nan = f32::NAN.to_bits().cast_signed();
            trapping(c_api.api, "convert", [nan, 0], Trap::InvalidConversionToInteger)
        }),
    ),
    (&unwind::STACK_OVERFLOW, Do(|c_api, _| trapping(c_api.api, "deeper", [1, 0], Trap::CallStackExhausted))),
    (&execute::FIB, Do(|c_api, _| kernel(c_api.api, "fib", execute::FIB_OF.0, execute::FIB_OF.1, as_i32))),
    (&execute::SWEEP, Do(|c_api, _| kernel(c_api.api, "sweep", execute::SWEPT_WORDS, native::swept(), as_i32))),
    (
        &execute::HASH,
        Do(|c_api, rounds| {
            let rounds = i32::try_from(rounds)?;
            kernel(c_api.api, "hash", rounds, native::hash(rounds), as_i64)
        }),
    ),
];

/// The exit code of all benchmarks.
const CODE: ExitCode = ExitCode(1);

/// The arguments of a call that exits with [`CODE`], and of a call that returns.
const EXIT: [Val; 2] = [Val::i32(1), Val::i32(7)];
const NO_EXIT: [Val; 2] = [Val::i32(LET_PASS.cast_signed()), Val::i32(7)];

fn compile(api: &'static Api, wasm: Vec<u8>) -> Result<Prepared> {
    let metrics = [("wasm bytes", wasm.len() as f64)];
    CompiledGuest::new(api, &wasm)?;
    Ok(Prepared::timing(move || CompiledGuest::new(api, &wasm)).with_metrics(metrics))
}

/// An instance and its export `run`.
type ReadyGuest = (LibraryGuest, *mut Func);

fn with_run(guest: LibraryGuest) -> Result<ReadyGuest> {
    let run = guest.exports.function("run")?;
    Ok((guest, run))
}

/// An instance of a guest that imports only `early_exit`.
fn ready(compiled: &Rc<CompiledGuest>) -> Result<ReadyGuest> {
    with_run(LibraryGuest::exiting(compiled)?)
}

/// The timed guest with a host function that has an environment.
fn with_env(api: &'static Api, callback: CallbackWithEnv) -> Result<ReadyGuest> {
    let compiled = CompiledGuest::new(api, &guest::wasm(guest::LEAVING))?;
    with_run(LibraryGuest::new(&compiled, &[(takes_code(), callback)])?)
}

/// The timed guest with a host function that has no environment.
fn without_env(api: &'static Api, callback: Callback) -> Result<ReadyGuest> {
    let compiled = CompiledGuest::new(api, &guest::wasm(guest::LEAVING))?;
    with_run(LibraryGuest::without_env(&compiled, |store| api.new_function(store, &takes_code(), callback))?)
}

fn instantiate(api: &'static Api, wasm: &[u8]) -> Result<Prepared> {
    let compiled = CompiledGuest::new(api, wasm)?;
    ready(&compiled)?;
    Ok(Prepared::timing(move || ready(&compiled)))
}

fn bytes_to_exit(api: &'static Api) -> Result<Prepared> {
    let wasm = guest::wasm(guest::EARLY_EXIT);
    Ok(Prepared::laps(move || {
        let (took, observed) = timed(|| {
            let (guest, run) = CompiledGuest::new(api, &wasm).and_then(|compiled| ready(&compiled))?;
            anyhow::Ok((exit(&guest, run), guest))
        });
        (took, observed.map_err(|error| error.to_string()).and_then(|(observed, _)| observed.ended(api)))
    }))
}

/// The result of a call that must exit.
enum GuestEnd {
    Code(ExitCode),
    Returned(i32),
    Trap(Owned<CTrap>),
}

impl GuestEnd {
    fn is_expected(&self) -> bool {
        matches!(self, Self::Code(code) if *code == CODE)
    }

    fn describe(self, api: &Api) -> String {
        match self {
            Self::Code(code) => format!("exited early with exit code: {code}"),
            Self::Returned(sum) => format!("returned {sum}"),
            Self::Trap(trap) => api.message(&trap),
        }
    }

    fn ended(self, api: &Api) -> IterationResult {
        if self.is_expected() { Ok(()) } else { Err(self.describe(api)) }
    }
}

/// Calls the guest, and reads the code from the environment.
#[inline]
fn exit(guest: &LibraryGuest, run: *mut Func) -> GuestEnd {
    match guest.call_function(run, &EXIT) {
        Ok(sum) => GuestEnd::Returned(sum),
        Err(trap) => guest.env.code.take().map_or(GuestEnd::Trap(trap), GuestEnd::Code),
    }
}

/// Calls the guest, and reads the code from the message.
#[inline]
fn exit_by_message(guest: &LibraryGuest, run: *mut Func) -> GuestEnd {
    match guest.call_function(run, &EXIT) {
        Ok(sum) => GuestEnd::Returned(sum),
        Err(trap) => code_in(&guest.of.api.message_bytes(&trap)).map_or(GuestEnd::Trap(trap), GuestEnd::Code),
    }
}

/// The exit code in a message, if it has one.
fn code_in(message: &[u8]) -> Option<ExitCode> {
    const BEFORE: &[u8] = b"exit code: ";
    let at = message.windows(BEFORE.len()).position(|window| window == BEFORE)? + BEFORE.len();
    let digits = message[at..].iter().take_while(|byte| byte.is_ascii_digit());
    let code = digits.fold(None, |code: Option<u32>, digit| {
        Some(code.unwrap_or(0).wrapping_mul(10).wrapping_add(u32::from(digit - b'0')))
    });
    code.map(ExitCode)
}

/// The whole call.
fn whole((guest, run): ReadyGuest, exit: impl Fn(&LibraryGuest, *mut Func) -> GuestEnd + 'static) -> Prepared {
    let api = guest.of.api;
    Prepared::repeat(move || exit(&guest, run), GuestEnd::is_expected, move |observed| observed.describe(api))
}

/// From the trap to the caller. The host function notes when it creates the trap.
fn latency((guest, run): ReadyGuest, exit: impl Fn(&LibraryGuest, *mut Func) -> GuestEnd + 'static) -> Prepared {
    Prepared::laps(move || {
        let observed = exit(&guest, run);
        let arrived = Instant::now();
        latency_since_exit(arrived, observed.ended(guest.of.api))
    })
}

/// The same call without an exit.
fn returned((guest, run): ReadyGuest) -> Prepared {
    let (api, sum) = (guest.of.api, LET_PASS.cast_signed() + 7);
    Prepared::repeat(
        move || guest.call_function(run, &NO_EXIT),
        move |observed| matches!(observed, Ok(observed) if *observed == sum),
        move |observed| describe(api, observed),
    )
}

unsafe extern "C" fn timed_plain_exit(arguments: *const Values, results: *mut Values) -> *mut CTrap {
    note_exit();
    // SAFETY: the arguments are passed on unchanged.
    unsafe { plain_exit(arguments, results) }
}

unsafe extern "C" fn timed_exit(env: *mut c_void, arguments: *const Values, results: *mut Values) -> *mut CTrap {
    note_exit();
    // SAFETY: the arguments are passed on unchanged.
    unsafe { early_exit(env, arguments, results) }
}

/// Describes an unexpected result.
fn describe<T: Debug>(api: &Api, observed: Result<T, Owned<CTrap>>) -> String {
    match observed {
        Ok(value) => format!("returned {value:?}"),
        Err(trap) => api.message(&trap),
    }
}

fn call(api: &'static Api) -> Result<Prepared> {
    let (guest, _) = calls(api)?;
    let add = guest.exports.function("add_2")?;
    Ok(Prepared::repeat(
        move || guest.call_function(add, &EXIT),
        |observed| matches!(observed, Ok(8)),
        move |observed| describe(api, observed),
    ))
}

/// A host function that returns its argument plus 1.
unsafe extern "C" fn next(_: *mut c_void, arguments: *const Values, results: *mut Values) -> *mut CTrap {
    // SAFETY: the argument and the result are i64.
    unsafe {
        let mut value = *(*arguments).data;
        value.of.i64 = value.of.i64.wrapping_add(1);
        (*results).data.write(value);
    }
    std::ptr::null_mut()
}

fn calls(api: &'static Api) -> Result<(LibraryGuest, *mut Func)> {
    let compiled = CompiledGuest::new(api, &guest::wasm(guest::CALLS))?;
    let signature = Signature { parameters: vec![Type::I64], results: vec![Type::I64] };
    let guest = LibraryGuest::new(&compiled, &[(signature, next)])?;
    let sum = guest.exports.function("sum")?;
    Ok((guest, sum))
}

/// The guest calls the host function for each number below `iterations`, and returns the sum of the results.
fn host_call(api: &'static Api) -> Result<Prepared> {
    let (guest, sum) = calls(api)?;
    Ok(Prepared::bulk(
        move |iterations| {
            let _ = &guest;
            let mut results = [Val::i32(0)];
            let mut argument = Val::i32(0);
            (argument.kind, argument.of.i64) = (super::bindings::kind::I64, iterations.cast_signed());
            // SAFETY: the result is an i64.
            api.call(sum, &[argument], &mut results).map(|()| unsafe { results[0].of.i64 }.cast_unsigned())
        },
        move |iterations, observed| {
            // 1 + 2 + .. + n modulo 2^64, like the sum of the guest. The product needs more than 64 bits.
            let must = (u128::from(iterations) * (u128::from(iterations) + 1) / 2) as u64;
            if matches!(observed, Ok(sum) if sum == must) { Ok(()) } else { Err(describe(api, observed)) }
        },
    ))
}

fn start(api: &'static Api) -> Result<Prepared> {
    let compiled = CompiledGuest::new(api, &guest::wasm(guest::EXIT_IN_START))?;
    let signature = Signature { parameters: vec![Type::I32], results: vec![Type::I32] };
    let lap = move || -> Result<(Duration, IterationResult)> {
        let store = api.new_store(&compiled.engine)?;
        let env = Environment::new(api, &store);
        let function = api.new_function_with_env(&store, &signature, early_exit, Rc::as_ptr(&env))?;
        let code = api.new_global(&store, false, &Val::i32(1))?;
        // SAFETY: the global is valid.
        let imports = [as_extern(api, &function), unsafe { (api.wasm_global_as_extern)(*code) }];
        let (took, observed) = timed(|| match api.instantiate(&store, &compiled.module, &imports) {
            Err(NotMade::Trap(trap)) => env.code.take().map_or(GuestEnd::Trap(trap), GuestEnd::Code),
            Err(NotMade::Silent) | Ok(_) => GuestEnd::Returned(0),
        });
        Ok((took, observed.ended(api)))
    };
    Ok(Prepared::laps(move || lap().unwrap_or_else(|error| (Duration::ZERO, Err(error.to_string())))))
}

/// A call that must trap. The kind of the trap is known by its message only, which is checked once before the timed part. In
/// the timed part, the call must end in a trap that is no exit.
fn trapping(api: &'static Api, export: &str, arguments: [i32; 2], must: Trap) -> Result<Prepared> {
    let (guest, _) = with_env(api, early_exit)?;
    let error = guest.call(export, &arguments)?.err().context("the guest did not trap")?;
    let message = api.message(&error);
    ensure!(trap(&message) == Some(must), "expected a trap, {must}, and the message: {message}");
    let (function, arguments) = (guest.exports.function(export)?, arguments.map(Val::i32));
    Ok(Prepared::repeat(
        move || match guest.call_function(function, &arguments) {
            Ok(value) => GuestEnd::Returned(value),
            Err(trap) => guest.env.code.take().map_or(GuestEnd::Trap(trap), GuestEnd::Code),
        },
        |observed| matches!(observed, GuestEnd::Trap(_)),
        move |observed| observed.describe(api),
    ))
}

fn as_i32(value: &Val) -> i32 {
    // SAFETY: the kernel returns an i32.
    unsafe { value.of.i32 }
}

fn as_i64(value: &Val) -> i64 {
    // SAFETY: the kernel returns an i64.
    unsafe { value.of.i64 }
}

fn kernel<R: PartialEq + Debug + 'static>(
    api: &'static Api,
    export: &str,
    n: i32,
    must: R,
    read: fn(&Val) -> R,
) -> Result<Prepared> {
    let compiled = CompiledGuest::new(api, &guest::wasm(guest::KERNELS))?;
    let guest = LibraryGuest::new(&compiled, &[])?;
    let kernel = guest.exports.function(export)?;
    Ok(Prepared::repeat(
        move || {
            let _ = &guest;
            let mut results = [Val::i32(0)];
            api.call(kernel, &[Val::i32(n)], &mut results).map(|()| read(&results[0]))
        },
        move |observed| matches!(observed, Ok(observed) if *observed == must),
        move |observed| describe(api, observed),
    ))
}
