//! Each way out, timed as a whole, from the error on, and where it returns.
use std::cell::Cell;
use std::time::Duration;

use anyhow::Result;

use super::super::scenarios::exit::{MADE_BY_THE_HOST, NO_CLONES};
use super::api::{Store, downcast};
use super::ready::{CODE, Came, Ready, Run, tell};
use super::way::{Dynamic, DynamicEnv, ExitFn, Indirect, Typed, TypedEnv, Way};
use super::{Own, Theme, start};
use crate::catalog::benchmark::unwind;
use crate::engine::Support::{Do, Not};
use crate::engine::embedding::{Instant, IterationResult, Prepared};
use crate::exit_code::ExitCode;
use crate::guest;

macro_rules! ways {
    ($($way:ident = $how:ty),*; not $($not:ident: $why:expr),* $(,)?) => {
        &[
            $(
                (&unwind::$way.whole, Do(|own, _| whole::<$how>(own))),
                (&unwind::$way.leaving, Do(|own, _| leaving::<$how>(own))),
                (&unwind::$way.returned, Do(|own, _| returned::<$how>(own))),
            )*
            (&unwind::START.whole, Do(|own, _| start::whole(own, CODE))),
            (&unwind::START.leaving, Do(|own, _| start::leaving(own))),
            (&unwind::START.returned, Do(|own, _| start::whole(own, ExitCode(0)))),
            (&unwind::TYPED_PREBUILT_RETURN, Not(NO_CLONES)),
            (&unwind::DYNAMIC_PREBUILT_RETURN, Not(NO_CLONES)),
            $(
                (&unwind::$not.whole, Not($why)),
                (&unwind::$not.leaving, Not($why)),
                (&unwind::$not.returned, Not($why)),
            )*
        ]
    };
}

pub(in super::super::super) const CAN: Theme = ways! {
    TYPED = Typed,
    TYPED_ENV = TypedEnv,
    DYNAMIC = Dynamic,
    DYNAMIC_ENV = DynamicEnv,
    INDIRECT = Indirect;
    not
    RUNTIME_ERROR: MADE_BY_THE_HOST,
    TYPED_PREBUILT: NO_CLONES,
    DYNAMIC_PREBUILT: NO_CLONES,
};

/// The guest, with the host function of a way.
pub(super) fn ready<W: Way>(own: &Own, leaving: impl ExitFn) -> Result<Ready<u64>> {
    Ready::new(&own.shelved(guest::LEAVING)?, 0, |store| vec![W::host(store, leaving).into()])
}

/// Calls, and catches what comes.
pub(super) fn exit<T: 'static>(store: &mut Store<T>, run: &Run, code: i32, n: i32) -> Came {
    match run.call(store, (code, n)) {
        Ok(sum) => Came::Returned(sum),
        Err(error) => downcast(error).map_or_else(Came::Failed, Came::Exited),
    }
}

fn whole<W: Way>(own: &Own) -> Result<Prepared> {
    whole_with::<W>(own, CODE.0 as i32)
}

fn whole_with<W: Way>(own: &Own, code: i32) -> Result<Prepared> {
    let mut ready = ready::<W>(own, || ())?;
    let run = ready.function(W::EXPORT)?;
    Ok(Prepared::repeat(move || exit(&mut ready.store, &run, code, 7), Came::as_it_must, Came::tell))
}

fn returned<W: Way>(own: &Own) -> Result<Prepared> {
    let mut ready = ready::<W>(own, || ())?;
    let run: Run = ready.function(W::EXPORT)?;
    Ok(Prepared::repeat(move || run.call(&mut ready.store, (0, 7)), |result| matches!(result, Ok(7)), tell))
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

fn leaving<W: Way>(own: &Own) -> Result<Prepared> {
    let mut ready = ready::<W>(own, note_leaving)?;
    let run = ready.function(W::EXPORT)?;
    Ok(Prepared::laps(move || {
        let came = exit(&mut ready.store, &run, CODE.0 as i32, 7);
        let arrived = Instant::now();
        since_leaving(arrived, came.ended())
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::BackendOptions;

    #[test]
    fn a_guest_that_returns_where_it_should_leave_has_no_number() {
        let own = Own::with_settings(&BackendOptions::default()).unwrap();
        for code in [0, 2] {
            let error = whole_with::<Typed>(&own, code).unwrap().batch(3).unwrap_err().to_string();
            let came = if code == 0 { "returned 7" } else { "exited early with exit code: 2" };
            assert_eq!(error, format!("3 of 3 iterations did not end as they must: {came}"));
        }
    }
}
