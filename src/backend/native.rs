//! No engine at all: it plays no scenario, and of the benchmarks only the floors, which need none. With it there is
//! something to measure on a platform that no backend builds on.
use std::sync::Arc;

use anyhow::{Result, bail};

use super::{About, Family, Repertoire, Settings, Subject};
use crate::embedding::{Compiled, Embedding};

struct Native;

pub(super) fn open(settings: &Settings) -> Result<Arc<dyn Subject>> {
    settings.apply::<()>(&[], &mut ())?;
    Ok(Arc::new(Native))
}

impl Embedding for Native {
    fn compile(&self, _: &[u8]) -> Result<Box<dyn Compiled>> {
        bail!("there is no engine to compile with")
    }
}

impl Family for Native {
    const REPERTOIRE: Repertoire<Self> = Repertoire { scenarios: &[], benchmarks: &[] };

    fn about(&self) -> About {
        let compiler = env!("EARLY_EXIT_RUSTC").into();
        About { engine: "none".into(), compiler, llvm: None, wasm_features: Vec::new() }
    }
}
