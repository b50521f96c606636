//! The backend `singlepass`: Wasmer with its single-pass compiler.
use std::num::NonZero;

use anyhow::Result;
use wasmer_compiler_singlepass::Singlepass;

use super::Wasmer;
use crate::engine::{BackendOption, BackendOptions, ListedOption};

const OPTIONS: &[BackendOption<Singlepass>] = &[
    BackendOption {
        key: "nan",
        values: &[("canonical", |c| c.canonicalize_nans(true)), ("any", |c| c.canonicalize_nans(false))],
    },
    BackendOption { key: "threads", values: &[("1", |c| c.num_threads(NonZero::<usize>::MIN))] },
];

pub(in crate::engine) fn open(options: &BackendOptions) -> Result<Wasmer> {
    // Singlepass is part of Wasmer and has no separate version.
    let compiler = format!("singlepass {}", ::wasmer::sys::vm::VERSION);
    Wasmer::with(compiler, None, Singlepass::new(), (OPTIONS, options), Singlepass::num_threads)
}

pub(in crate::engine) fn options() -> Vec<ListedOption> {
    super::listed_with(OPTIONS)
}
