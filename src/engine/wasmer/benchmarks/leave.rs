//! Each way out, timed as a whole, from the error on, and where it returns.
use std::cell::Cell;
use std::time::Duration;

use anyhow::Result;
use wasmer::{Store, imports};

use super::Theme;
use super::ready::{CODE, Came, Ready, Run, tell};
use super::start;
use super::way::{
    Dynamic, DynamicEnv, DynamicPrebuilt, ExitFn, Indirect, MadeOnTheSpot, Typed, TypedEnv, TypedPrebuilt, Way,
};
use crate::catalog::benchmark::unwind;
use crate::engine::Support::Do;
use crate::engine::embedding::{Instant, IterationResult, Prepared};
use crate::engine::wasmer::Wasmer;
use crate::exit_code::ExitCode;
use crate::guest;

macro_rules! ways {
    ($($way:ident = $how:ty),* $(,)?) => {
        &[$(
            (&unwind::$way.whole, Do(|wasmer, _| whole::<$how>(wasmer))),
            (&unwind::$way.leaving, Do(|wasmer, _| leaving::<$how>(wasmer))),
            (&unwind::$way.returned, Do(|wasmer, _| returned::<$how>(wasmer))),
        )*
            (&unwind::TYPED_PREBUILT_RETURN, Do(|wasmer, _| returning::<TypedPrebuilt>(wasmer))),
            (&unwind::DYNAMIC_PREBUILT_RETURN, Do(|wasmer, _| returning::<DynamicPrebuilt>(wasmer))),
            (&unwind::START.whole, Do(|wasmer, _| start::whole(wasmer, CODE))),
            (&unwind::START.leaving, Do(|wasmer, _| start::leaving(wasmer))),
            (&unwind::START.returned, Do(|wasmer, _| start::whole(wasmer, ExitCode(0)))),
        ]
    };
}

pub(super) const CAN: Theme = ways! {
    TYPED = Typed,
    TYPED_ENV = TypedEnv,
    DYNAMIC = Dynamic,
    DYNAMIC_ENV = DynamicEnv,
    RUNTIME_ERROR = MadeOnTheSpot,
    TYPED_PREBUILT = TypedPrebuilt,
    DYNAMIC_PREBUILT = DynamicPrebuilt,
    INDIRECT = Indirect,
};

/// The guest, with the host function of a way.
pub(super) fn ready<W: Way>(wasmer: &Wasmer, leaving: impl ExitFn) -> Result<Ready> {
    Ready::new(
        &wasmer.shelved(guest::LEAVING)?,
        |store| imports! { "env" => { "early_exit" => W::host(store, leaving) } },
    )
}

/// Calls, and catches what comes.
pub(super) fn exit<W: Way>(store: &mut Store, run: &Run, code: i32, n: i32) -> Came {
    match run.call(store, code, n) {
        Ok(sum) => Came::Returned(sum),
        Err(error) => W::caught(error).map_or_else(Came::Failed, Came::Exited),
    }
}

fn whole<W: Way>(wasmer: &Wasmer) -> Result<Prepared> {
    whole_with::<W>(wasmer, CODE.0 as i32)
}

fn whole_with<W: Way>(wasmer: &Wasmer, code: i32) -> Result<Prepared> {
    let mut ready = ready::<W>(wasmer, || ())?;
    let run = ready.function(W::EXPORT)?;
    Ok(Prepared::repeat(move || exit::<W>(&mut ready.store, &run, code, 7), Came::as_it_must, Came::tell))
}

fn returned<W: Way>(wasmer: &Wasmer) -> Result<Prepared> {
    let mut ready = ready::<W>(wasmer, || ())?;
    let run: Run = ready.function(W::EXPORT)?;
    Ok(Prepared::repeat(move || run.call(&mut ready.store, 0, 7), |result| matches!(result, Ok(7)), tell))
}

thread_local! {
    /// When the host function of this thread was about to return its error.
    static LEFT: Cell<Option<Instant>> = const { Cell::new(None) };
}

/// What the host function does right before its error, where it is timed from there.
pub(super) fn note_leaving() {
    LEFT.set(Some(Instant::now()));
}

/// How long it took from there to here, if it was there.
pub(super) fn since_leaving(arrived: Instant, ended: IterationResult) -> (Duration, IterationResult) {
    match LEFT.take() {
        Some(left) => (arrived - left, ended),
        None => (Duration::ZERO, ended.and(Err("the host function did not return an error".into()))),
    }
}

fn leaving<W: Way>(wasmer: &Wasmer) -> Result<Prepared> {
    let mut ready = ready::<W>(wasmer, note_leaving)?;
    let run = ready.function(W::EXPORT)?;
    Ok(Prepared::laps(move || {
        let came = exit::<W>(&mut ready.store, &run, CODE.0 as i32, 7);
        let arrived = Instant::now();
        since_leaving(arrived, came.ended())
    }))
}

fn returning<W: Way>(wasmer: &Wasmer) -> Result<Prepared> {
    let mut ready = ready::<W>(wasmer, note_leaving)?;
    let run: Run = ready.function(W::EXPORT)?;
    Ok(Prepared::laps(move || {
        let result = run.call(&mut ready.store, 0, 7);
        let arrived = Instant::now();
        since_leaving(arrived, if matches!(result, Ok(7)) { Ok(()) } else { Err(tell(result)) })
    }))
}

#[cfg(all(test, feature = "cranelift"))]
mod tests {
    use super::*;
    use wasmer_compiler_cranelift::Cranelift;

    fn wasmer() -> Wasmer {
        Wasmer::with("cranelift".into(), None, Cranelift::new(), Cranelift::num_threads)
    }

    #[test]
    fn a_guest_that_returns_where_it_should_leave_has_no_number() {
        for code in [0, 2] {
            let error = whole_with::<Typed>(&wasmer(), code).unwrap().batch(3).unwrap_err().to_string();
            let came = if code == 0 { "returned 7" } else { "exited early with exit code: 2" };
            assert_eq!(error, format!("3 of 3 iterations did not end as they must: {came}"));
        }
    }

    #[test]
    fn a_host_function_that_did_not_leave_has_no_latency() {
        let (_, ended) = since_leaving(Instant::now(), Ok(()));
        assert_eq!(ended.unwrap_err(), "the host function did not return an error");
    }

    #[test]
    fn leaving_is_a_part_of_the_whole() {
        let part = leaving::<Typed>(&wasmer()).unwrap().batch(1000).unwrap();
        let whole = whole::<Typed>(&wasmer()).unwrap().batch(1000).unwrap();
        // Thrice, for a machine that does something else meanwhile.
        assert!(part < whole * 3 && part * 50 > whole, "{part:?} of {whole:?}");
    }
}
