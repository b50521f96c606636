//! The backend `llvm`: Wasmer with LLVM.
use std::num::NonZero;

use anyhow::Result;
use wasmer_compiler_llvm::{LLVM, LLVMOptLevel};

use super::Wasmer;
use crate::engine::{BackendOption, BackendOptions, ListedOption};

const OPTIONS: &[BackendOption<LLVM>] = &[
    BackendOption {
        key: "opt",
        values: &[
            ("none", |c| c.opt_level(LLVMOptLevel::None)),
            ("less", |c| c.opt_level(LLVMOptLevel::Less)),
            ("default", |c| c.opt_level(LLVMOptLevel::Default)),
            ("aggressive", |c| c.opt_level(LLVMOptLevel::Aggressive)),
        ],
    },
    BackendOption {
        key: "nan",
        values: &[("canonical", |c| canonicalize_nans(c, true)), ("any", |c| canonicalize_nans(c, false))],
    },
    BackendOption { key: "threads", values: &[("1", |c| c.num_threads(NonZero::<usize>::MIN))] },
];

fn canonicalize_nans(config: &mut LLVM, enable: bool) -> &mut LLVM {
    ::wasmer::sys::CompilerConfig::canonicalize_nans(config, enable);
    config
}

pub(in crate::engine) fn open(options: &BackendOptions) -> Result<Wasmer> {
    let (major, minor, patch) = inkwell::support::get_llvm_version();
    let version = format!("{major}.{minor}.{patch}");
    Wasmer::with(format!("llvm {version}"), Some(version), LLVM::new(), (OPTIONS, options), LLVM::num_threads)
}

pub(in crate::engine) fn options() -> Vec<ListedOption> {
    super::listed_with(OPTIONS)
}
