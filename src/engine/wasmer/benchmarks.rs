//! Benchmarks of engine errors that the host function creates, of prebuilt errors, and of typed calls with 20 parameters.
use anyhow::Result;
use wasmer::{RuntimeError, Type, Value};

use super::Wasmer;
use super::api::{Error, Func, Store, TypedFunc, dynamic, wrap};
use super::suite::benchmarks::call as calls;
use super::suite::benchmarks::call::{adding, host_typed, ready as calling};
use super::suite::benchmarks::exit::{latency, ready, returned, ways, whole};
use super::suite::benchmarks::guest_instance::{CODE, RunFunc, describe};
use super::suite::benchmarks::sweep::guest_depth;
use super::suite::benchmarks::way::{BeforeExit, WayToExit};
use crate::catalog::benchmark::{call, unwind};
use crate::engine::BenchmarkTable;
use crate::engine::Support::Do;
use crate::engine::embedding::{Instant, Prepared, injected_instructions};
use crate::engine::exit_latency::{latency_since_exit, note_exit};
use crate::exit_code::ExitCode;

pub(super) const BENCHMARKS: BenchmarkTable<Wasmer> = ways! {
    RUNTIME_ERROR = MadeOnTheSpot,
    TYPED_PREBUILT = TypedPrebuilt,
    DYNAMIC_PREBUILT = DynamicPrebuilt;
    and
    (&unwind::TYPED_PREBUILT_RETURN, Do(|wasmer, _| returning::<TypedPrebuilt>(wasmer))),
    (&unwind::DYNAMIC_PREBUILT_RETURN, Do(|wasmer, _| returning::<DynamicPrebuilt>(wasmer))),
    (&unwind::GUEST_DEPTH_PREBUILT, Do(guest_depth::<TypedPrebuilt>)),
    (&call::TYPED, Do(typed)),
};

fn typed(wasmer: &Wasmer, parameters: u64) -> Result<Prepared> {
    type Twenty = (i32, i32, i32, i32, i32, i32, i32, i32, i32, i32, i32, i32, i32, i32, i32, i32, i32, i32, i32, i32);
    if parameters != 20 {
        return calls::typed(wasmer, parameters);
    }
    let ready = calling(wasmer, host_typed)?;
    Ok(adding!(ready, "add_20", Twenty, (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20), 210))
}

struct MadeOnTheSpot;
impl WayToExit for MadeOnTheSpot {
    fn host(store: &mut Store<u64>, before_exit: impl BeforeExit) -> Func {
        wrap(store, move |code: u32| -> Result<(), RuntimeError> {
            if code == 0 {
                return Ok(());
            }
            before_exit();
            injected_instructions::execute();
            Err(RuntimeError::user(Box::new(ExitCode(code))))
        })
    }
}

struct TypedPrebuilt;
impl WayToExit for TypedPrebuilt {
    fn host(store: &mut Store<u64>, before_exit: impl BeforeExit) -> Func {
        let prebuilt = RuntimeError::user(Box::new(CODE));
        wrap(store, move |code: u32| -> Result<(), RuntimeError> {
            before_exit();
            if code == 0 {
                return Ok(());
            }
            injected_instructions::execute();
            Err(prebuilt.clone())
        })
    }

    /// By reference, because `downcast` fails while the prebuilt error exists.
    fn read_code(error: RuntimeError) -> Result<ExitCode, RuntimeError> {
        error.downcast_ref().copied().ok_or(error)
    }
}

struct DynamicPrebuilt;
impl WayToExit for DynamicPrebuilt {
    fn host(store: &mut Store<u64>, before_exit: impl BeforeExit) -> Func {
        let prebuilt = RuntimeError::user(Box::new(CODE));
        dynamic(store, [Type::I32], [], move |arguments: &[Value]| {
            let code = arguments[0].unwrap_i32();
            before_exit();
            if code == 0 {
                return Ok([]);
            }
            injected_instructions::execute();
            Err(prebuilt.clone())
        })
    }

    fn read_code(error: RuntimeError) -> Result<ExitCode, RuntimeError> {
        TypedPrebuilt::read_code(error)
    }
}

fn returning<M: WayToExit>(wasmer: &Wasmer) -> Result<Prepared> {
    let mut ready = ready::<M>(wasmer, note_exit)?;
    let run: RunFunc = ready.function(M::EXPORT)?;
    Ok(Prepared::laps(move || {
        let result = run.call(&mut ready.store, (0, 7));
        let arrived = Instant::now();
        latency_since_exit(arrived, if matches!(result, Ok(7)) { Ok(()) } else { Err(describe(result)) })
    }))
}
