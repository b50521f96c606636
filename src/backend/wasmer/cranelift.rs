//! Wasmer with Cranelift.
use std::num::NonZero;
use std::sync::Arc;

use anyhow::Result;
use wasmer_compiler_cranelift::{Cranelift, CraneliftOptLevel};

use super::Wasmer;
use crate::backend::{Setting, Settings, Subject};

const SETTINGS: &[Setting<Cranelift>] = &[
    Setting {
        key: "opt",
        values: &[
            ("none", |c| c.opt_level(CraneliftOptLevel::None)),
            ("speed", |c| c.opt_level(CraneliftOptLevel::Speed)),
            ("size", |c| c.opt_level(CraneliftOptLevel::SpeedAndSize)),
        ],
    },
    Setting {
        key: "nan",
        values: &[("canonical", |c| c.canonicalize_nans(true)), ("any", |c| c.canonicalize_nans(false))],
    },
    Setting { key: "threads", values: &[("1", |c| c.num_threads(NonZero::<usize>::MIN))] },
];

pub(in crate::backend) fn open(settings: &Settings) -> Result<Arc<dyn Subject>> {
    let mut config = Cranelift::new();
    settings.apply(SETTINGS, &mut config)?;
    let compiler = format!("cranelift {}", cranelift_codegen::VERSION);
    Ok(Arc::new(Wasmer::with(compiler, None, config, Cranelift::num_threads)))
}
