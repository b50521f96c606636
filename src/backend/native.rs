//! The floor: the same work with no WebAssembly in it.
use std::hint::black_box;
use std::sync::Arc;

use anyhow::{Result, bail};

use super::{About, Can, Family, Repertoire, Settings, Subject};
use crate::benchmark;
use crate::embedding::{Compiled, Embedding, Prepared};
use crate::exit_code::ExitCode;

struct Native;

pub(super) fn open(settings: &Settings) -> Result<Arc<dyn Subject>> {
    settings.apply::<()>(&[], &mut ())?;
    Ok(Arc::new(Native))
}

impl Embedding for Native {
    fn compile(&self, _: &[u8]) -> Result<Box<dyn Compiled>> {
        bail!("the floor compiles nothing")
    }
}

impl Family for Native {
    const REPERTOIRE: Repertoire<Self> =
        Repertoire { scenarios: &[], benchmarks: &[&[(&benchmark::EXIT_TYPED, Can::Do(|_, _| Ok(exit())))]] };

    fn about(&self) -> About {
        About {
            engine: "none".into(),
            compiler: env!("EARLY_EXIT_RUSTC").into(),
            llvm: None,
            wasm_features: Vec::new(),
        }
    }
}

/// The error boxed, returned through a function pointer, and downcast.
fn exit() -> Prepared {
    type HostError = Box<dyn std::error::Error + Send + Sync>;
    fn early_exit(code: u32) -> Result<u32, HostError> {
        if code == 0 { Ok(0) } else { Err(Box::new(ExitCode(code))) }
    }
    let host: fn(u32) -> Result<u32, HostError> = black_box(early_exit);
    let call = move || host(black_box(1)).map_err(|error| error.downcast::<ExitCode>());
    Prepared::repeat(
        call,
        |result| matches!(result, Err(Ok(code)) if **code == ExitCode(1)),
        |result| format!("{result:?}"),
    )
}
