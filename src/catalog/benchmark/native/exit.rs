//! Native baselines of an exit: the operations that an exit consists of, and a Rust function that returns an error or panics.
use std::hint::black_box;
use std::panic::{catch_unwind, resume_unwind};

use anyhow::Result;
use backtrace::Backtrace;
use corosensei::stack::DefaultStack;
use corosensei::{CoroutineResult, ScopedCoroutine, Yielder};

use crate::engine::embedding::{Prepared, injected_instructions};
use crate::exit_code::ExitCode;

benchmarks![
    RESULT("floor/result", "an `Err(ExitCode)` returned through a function pointer").without_engine(|_| Ok(result())),
    ERROR(
        "floor/error-value",
        "an `ExitCode` boxed, returned through a function pointer, downcast by value and freed",
    )
    .without_engine(|_| Ok(error_value()))
    .in_quick_set(),
    PANIC(
        "floor/panic",
        "an `ExitCode` boxed and thrown by `resume_unwind` behind a function pointer, caught by `catch_unwind`, \
         downcast and freed",
    )
    .without_engine(|_| Ok(panic())),
    COROUTINE(
        "floor/coroutine",
        "a coroutine is created on a reused stack of 1 MiB, resumed, suspends itself and is reset, with the library \
         that Wasmer uses",
    )
    .without_engine(|_| coroutine())
    .in_quick_set(),
    BACKTRACE(
        "floor/backtrace",
        "one unresolved backtrace is captured and freed, with the library that Wasmer uses",
    )
    .without_engine(|_| Ok(backtrace()))
    .below_host_frames(&[1, 8, 50, 512])
    .in_quick_set(),
];

fn result() -> Prepared {
    fn early_exit(code: u32) -> Result<u32, ExitCode> {
        if code == 0 { Ok(0) } else { Err(ExitCode(code)) }
    }
    let host: fn(u32) -> Result<u32, ExitCode> = black_box(early_exit);
    Prepared::repeat(move || host(black_box(1)), |result| *result == Err(ExitCode(1)), |result| format!("{result:?}"))
}

fn error_value() -> Prepared {
    type BoxedError = Box<dyn std::error::Error + Send + Sync>;
    fn early_exit(code: u32) -> Result<u32, BoxedError> {
        if code == 0 { Ok(0) } else { Err(Box::new(ExitCode(code))) }
    }
    let host: fn(u32) -> Result<u32, BoxedError> = black_box(early_exit);
    let call = move || host(black_box(1)).map_err(|error| error.downcast::<ExitCode>());
    Prepared::repeat(
        call,
        |result| matches!(result, Err(Ok(code)) if **code == ExitCode(1)),
        |result| format!("{result:?}"),
    )
}

fn panic() -> Prepared {
    fn early_exit(code: u32) -> u32 {
        if code == 0 {
            return 0;
        }
        injected_instructions::execute();
        resume_unwind(Box::new(ExitCode(code)))
    }
    let host: fn(u32) -> u32 = black_box(early_exit);
    let call = move || catch_unwind(|| host(black_box(1))).map_err(|payload| payload.downcast::<ExitCode>());
    Prepared::repeat(
        call,
        |result| matches!(result, Err(Ok(code)) if **code == ExitCode(1)),
        |result| format!("{result:?}"),
    )
}

fn coroutine() -> Result<Prepared> {
    let mut stack = DefaultStack::new(1 << 20)?;
    let abandon = move || {
        let coroutine = ScopedCoroutine::with_stack(&mut stack, |yielder: &Yielder<(), ExitCode>, ()| {
            yielder.suspend(black_box(ExitCode(1)));
        });
        coroutine.scope(|mut coroutine| match coroutine.resume(()) {
            CoroutineResult::Yield(code) => {
                // SAFETY: no value on the abandoned stack has a destructor.
                unsafe { coroutine.force_reset() };
                Some(code)
            }
            CoroutineResult::Return(()) => None,
        })
    };
    Ok(Prepared::repeat(abandon, |code| *code == Some(ExitCode(1)), |code| format!("{code:?}")))
}

fn backtrace() -> Prepared {
    Prepared::repeat(
        Backtrace::new_unresolved,
        |trace| !trace.frames().is_empty(),
        |_| "a backtrace without a frame".into(),
    )
}
