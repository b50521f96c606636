//! The backend `cranelift`: Wasmer with Cranelift.
use std::num::NonZero;

use anyhow::Result;
use wasmer_compiler_cranelift::{Cranelift, CraneliftOptLevel};

use super::Wasmer;
use crate::engine::{BackendOption, BackendOptions, ListedOption};

const OPTIONS: &[BackendOption<Cranelift>] = &[
    BackendOption {
        key: "opt",
        values: &[
            ("none", |c| c.opt_level(CraneliftOptLevel::None)),
            ("speed", |c| c.opt_level(CraneliftOptLevel::Speed)),
            ("size", |c| c.opt_level(CraneliftOptLevel::SpeedAndSize)),
        ],
    },
    BackendOption {
        key: "nan",
        values: &[("canonical", |c| c.canonicalize_nans(true)), ("any", |c| c.canonicalize_nans(false))],
    },
    BackendOption { key: "threads", values: &[("1", |c| c.num_threads(NonZero::<usize>::MIN))] },
];

pub(in crate::engine) fn open(options: &BackendOptions) -> Result<Wasmer> {
    let compiler = format!("cranelift {}", cranelift_codegen::VERSION);
    Wasmer::with(compiler, None, Cranelift::new(), (OPTIONS, options), Cranelift::num_threads)
}

pub(in crate::engine) fn options() -> Vec<ListedOption> {
    super::listed_with(OPTIONS)
}
