//! Stub imports: zeros for plain functions, errors for WASI. They record the calls.
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use serde::{Deserialize, Serialize};

use super::exit_at::ExitAt;
use crate::engine::embedding::{Host, Import, Instant, Type, Value};
use crate::exit_code::ExitCode;

/// Stubs for a guest's imports: zeros, WASI errors, and an exit where requested.
#[derive(Clone, Default)]
pub struct Stubs {
    exit_at: Option<ExitAt>,
    log: Arc<Mutex<ImportLog>>,
}

/// The exit code for `--exit-at`.
const ASKED_FOR: ExitCode = ExitCode(1);

/// The module names of WASI preview 1 and its predecessor.
const WASI: [&str; 2] = ["wasi_snapshot_preview1", "wasi_unstable"];
/// WASI's error numbers: bad file descriptor, and function not supported.
const EBADF: i32 = 8;
const ENOSYS: i32 = 52;

impl Stubs {
    /// Stubs that end the guest at the given call, if any.
    pub fn new(exit_at: Option<ExitAt>) -> Self {
        Self { exit_at, log: Arc::default() }
    }

    /// The stubs as an engine's host function.
    pub fn host(&self) -> Host {
        let stubs = self.clone();
        Arc::new(move |import, arguments| stubs.answer(import, arguments))
    }

    /// The calls so far.
    pub fn calls(&self) -> ImportCalls {
        self.log.lock().unwrap_or_else(PoisonError::into_inner).calls()
    }

    /// The time at which a stub ended the guest, if one did; returned once.
    pub fn raised(&self) -> Option<Instant> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner).raised.take()
    }

    fn answer(&self, import: &Import, arguments: &[Value]) -> Result<Vec<Value>, ExitCode> {
        let mut log = self.log.lock().unwrap_or_else(PoisonError::into_inner);
        log.note(import);
        let answered = match &self.exit_at {
            Some(exit_at) if exit_at.names(&import.module, &import.name) => {
                log.matched += 1;
                if log.matched == exit_at.nth { Err(ASKED_FOR) } else { usual(import, arguments) }
            }
            _ => usual(import, arguments),
        };
        if answered.is_err() {
            log.raised = Some(Instant::now());
        }
        answered
    }
}

/// The default response of an import.
fn usual(import: &Import, arguments: &[Value]) -> Result<Vec<Value>, ExitCode> {
    if !WASI.contains(&import.module.as_str()) {
        return Ok(zeros(import));
    }
    match (import.name.as_str(), arguments, import.results.as_slice()) {
        ("proc_exit", [Value::I32(code)], _) => Err(ExitCode(code.cast_unsigned())),
        // WASI's libc queries preopened directories until this error; other errors make it loop or abort.
        ("fd_prestat_get" | "fd_prestat_dir_name", _, [Type::I32]) => Ok(vec![Value::I32(EBADF)]),
        (_, _, [Type::I32]) => Ok(vec![Value::I32(ENOSYS)]),
        _ => Ok(zeros(import)),
    }
}

fn zeros(import: &Import) -> Vec<Value> {
    // A type without null has no value; then the engine reports the missing result.
    import.results.iter().filter_map(|ty| ty.zero()).collect()
}

/// The import calls of a guest.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportCalls {
    /// The number of all calls.
    pub made: u64,
    /// The last calls, latest last: `module.name`.
    pub last: VecDeque<String>,
}

/// The number of last calls to keep.
const KEPT: usize = 4;

/// Records a guest's import calls.
#[derive(Debug, Default)]
struct ImportLog {
    made: u64,
    /// Indices of imports, so that recording does not allocate.
    last: [usize; KEPT],
    /// The names of called imports, by index.
    names: Vec<Option<String>>,
    /// The number of calls that match `exit_at`.
    matched: u64,
    /// The time at which a stub ended the guest.
    raised: Option<Instant>,
}

impl ImportLog {
    fn note(&mut self, import: &Import) {
        if self.names.len() <= import.place {
            self.names.resize(import.place + 1, None);
        }
        self.names[import.place].get_or_insert_with(|| format!("{}.{}", import.module, import.name));
        self.last[(self.made % KEPT as u64) as usize] = import.place;
        self.made += 1;
    }

    fn calls(&self) -> ImportCalls {
        let places = (self.made.saturating_sub(KEPT as u64)..self.made).map(|n| self.last[(n % KEPT as u64) as usize]);
        let last = places.map(|place| self.names[place].clone().unwrap_or_default()).collect();
        ImportCalls { made: self.made, last }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn import(module: &str, name: &str, results: &[Type]) -> Import {
        let (module, name) = (module.into(), name.into());
        Import { module, name, place: 3, results: results.to_vec() }
    }

    #[test]
    fn zeros_of_every_type_unless_it_is_wasi() {
        let stubs = Stubs::default();
        let ask = |module, name, results: &[Type]| stubs.answer(&import(module, name, results), &[Value::I32(9)]);
        assert_eq!(ask("env", "f", &[Type::F64, Type::ExternRef]), Ok(vec![Value::F64(0), Value::ExternRef(None)]));
        assert_eq!(ask("env", "proc_exit", &[]), Ok(vec![]));
        for wasi in WASI {
            assert_eq!(ask(wasi, "clock_time_get", &[Type::I32]), Ok(vec![Value::I32(52)]));
            assert_eq!(ask(wasi, "fd_prestat_get", &[Type::I32]), Ok(vec![Value::I32(8)]));
            assert_eq!(ask(wasi, "proc_exit", &[]), Err(ExitCode(9)));
        }
        assert!(stubs.raised().is_some() && stubs.raised().is_none());
    }

    #[test]
    fn the_nth_call_exits_and_no_other() {
        let stubs = Stubs::new(Some("f#2".parse().unwrap()));
        let ask = |name| stubs.answer(&import("env", name, &[]), &[]);
        assert_eq!([ask("f"), ask("g"), ask("f"), ask("f")], [Ok(vec![]), Ok(vec![]), Err(ExitCode(1)), Ok(vec![])]);
        assert_eq!(stubs.calls().made, 4);
    }

    #[test]
    fn the_last_calls_are_listed_in_order() {
        let (stubs, names) = (Stubs::default(), ["a", "b", "c", "d", "e", "f"]);
        for (place, name) in names.iter().enumerate() {
            stubs.answer(&Import { place, ..import("env", name, &[]) }, &[]).unwrap();
        }
        assert_eq!(stubs.calls().last, ["env.c", "env.d", "env.e", "env.f"]);
    }
}
