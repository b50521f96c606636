//! The backend `native`: it has no engine, supports no scenario, and runs only the native baselines. So `measure` also works on
//! platforms on which no engine builds.
use std::borrow::Cow;
use std::sync::Arc;

use anyhow::{Result, bail};

use super::{BackendInfo, BackendOptions, Family, OpenBackend, SupportTable};
use crate::engine::embedding::{Compiled, Embedding, LinkedModules, Unsupported};

struct Native;

const NO_ENGINE: Unsupported = Unsupported(Cow::Borrowed("there is no engine to compile with"));

pub(super) fn open(options: &BackendOptions) -> Result<Arc<dyn OpenBackend>> {
    options.apply(&[], &mut ())?;
    Ok(Arc::new(Native))
}

impl Embedding for Native {
    fn validate(&self, _: &[u8]) -> Result<()> {
        bail!(NO_ENGINE)
    }

    fn compile(&self, _: &[u8]) -> Result<Box<dyn Compiled>> {
        bail!(NO_ENGINE)
    }

    fn compile_metered(&self, _: &[u8], _: u64) -> Result<Box<dyn Compiled>> {
        bail!(NO_ENGINE)
    }

    fn linked_modules(&self) -> Result<Box<dyn LinkedModules>> {
        bail!(NO_ENGINE)
    }
}

impl Family for Native {
    const SUPPORT: SupportTable<Self> = SupportTable { scenarios: &[], benchmarks: &[], never: &[] };

    fn about(&self) -> BackendInfo {
        let (engine, compiler) = ("none".into(), env!("EARLY_EXIT_RUSTC").into());
        BackendInfo { engine, compiler, ..BackendInfo::default() }
    }
}
