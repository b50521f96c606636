//! Wasmer with Singlepass.
use std::num::NonZero;
use std::sync::Arc;

use anyhow::Result;
use wasmer_compiler_singlepass::Singlepass;

use super::Wasmer;
use crate::engine::{BackendOption, BackendOptions, Listed, OpenBackend};

const SETTINGS: &[BackendOption<Singlepass>] = &[
    BackendOption {
        key: "nan",
        values: &[("canonical", |c| c.canonicalize_nans(true)), ("any", |c| c.canonicalize_nans(false))],
    },
    BackendOption { key: "threads", values: &[("1", |c| c.num_threads(NonZero::<usize>::MIN))] },
];

pub(crate) fn open(settings: &BackendOptions) -> Result<Arc<dyn OpenBackend>> {
    Ok(Arc::new(with_settings(settings)?))
}

pub(super) fn with_settings(settings: &BackendOptions) -> Result<Wasmer> {
    // It is made within Wasmer and has no version of its own.
    let compiler = format!("singlepass {}", ::wasmer::sys::vm::VERSION);
    Wasmer::with(compiler, None, Singlepass::new(), (SETTINGS, settings), Singlepass::num_threads)
}

pub(in crate::engine) fn options() -> Vec<Listed> {
    super::listed_with(SETTINGS)
}
