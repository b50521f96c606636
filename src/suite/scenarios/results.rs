//! Typed host functions with different numbers and types of results. Each exits once, and returns its values once.
#![allow(unused_parens, clippy::unit_cmp, reason = "a list of one type is that type, and of none the unit")]
use anyhow::Result;

use super::api::{Raised, wrap};
use super::fixture::{Fixture, ended, exit_unless_0};
use super::{Do, Engine, ExitCode, ScenarioTable, Transcript, say};
use crate::catalog::scenario::exit;

pub(crate) const SCENARIOS: ScenarioTable<Engine> = &[
    (&exit::ONE_RESULT, Do(|engine, out| play(engine, out, ONE))),
    (&exit::SEVERAL_RESULTS, Do(|engine, out| play(engine, out, SEVERAL))),
];

/// A number type: its name, and a value that has its place in the list of results in each byte.
trait Number: Sized {
    const NAME: &str;
    fn at(place: &mut u8) -> Self;
}

macro_rules! numbers {
    ($($ty:ident)*) => {
        $(impl Number for $ty {
            const NAME: &str = stringify!($ty);

            fn at(place: &mut u8) -> Self {
                *place += 1;
                $ty::from_le_bytes([*place; size_of::<$ty>()])
            }
        })*
    };
}

numbers! { i32 i64 f32 f64 }

/// Calls a host function with these results: one exit and one return. Each is `None` if correct, otherwise its outcome.
type Attempt = fn(&Engine) -> Result<(Option<String>, Option<String>)>;

/// One function per list of types.
macro_rules! attempts {
    ($(($($ty:ident),*))*) => { &[$((|engine| {
        #[allow(clippy::unused_unit, reason = "for the list without types")]
        fn values() -> ($($ty),*) {
            let _place = &mut 0;
            ($($ty::at(_place)),*)
        }
        let types: &[&str] = &[$($ty::NAME),*];
        let of = format!("(param i32) (result {})", types.join(" "));
        let text = format!(
            "(module (import \"env\" \"early_exit\" (func $early_exit {of}))
               (func (export \"call\") {of} (call $early_exit (local.get 0))))"
        );
        let mut fixture = Fixture::<(), u32, ($($ty),*)>::with_guest(engine, &text, "call", (), |store| {
            wrap(store, |code: u32| -> Result<($($ty),*), Raised<ExitCode>> {
                exit_unless_0(code)?;
                Ok(values())
            })
        })?;
        let mut attempt = |code: u32, expected: &str| {
            let result = fixture.run.call(&mut fixture.store, code).map(|observed| match observed == values() {
                true => "its values".into(),
                false => format!("{observed:?}"),
            });
            let observed = ended(&result);
            (observed != expected).then(|| format!("({}): {observed}", types.join(", ")))
        };
        Ok((attempt(5, "exited early with exit code: 5"), attempt(0, "returned its values")))
    }) as Attempt),*] };
}

const ONE: &[Attempt] = attempts! { () (i32) (i64) (f32) (f64) };

const SEVERAL: &[Attempt] = attempts! {
    (i32, i32) (i32, i64) (i32, f32) (i32, f64) (i64, i32) (i64, i64) (i64, f32) (i64, f64)
    (f32, i32) (f32, i64) (f32, f32) (f32, f64) (f64, i32) (f64, i64) (f64, f32) (f64, f64)
    (i32, i64, i32) (f32, f64, f32) (f32, f32, f32, f32) (i32, f32, i64, f64) (i32, i32, i32, i32, i64)
    (i32, i64, f32, f64, i32, i64, f32, f64, f64, f32, i64, i32)
};

fn play(engine: &Engine, out: &Transcript, attempts: &[Attempt]) -> Result<()> {
    let (exits, returns): (Vec<_>, Vec<_>) =
        attempts.iter().map(|attempt| attempt(engine)).collect::<Result<Vec<_>>>()?.into_iter().unzip();
    let held = |ends: &[Option<String>]| ends.iter().filter(|end| end.is_none()).count();
    let count = attempts.len();
    say!(out, "{count} host functions: {} exited, {} returned their values", held(&exits), held(&returns));
    let wrong: Vec<_> = exits.into_iter().chain(returns).flatten().collect();
    say!(out, "wrong: {}", if wrong.is_empty() { "none".into() } else { wrong.join("; ") });
    Ok(())
}
