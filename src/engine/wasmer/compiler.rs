//! Wasmer's compilers, with their options and versions.
use std::num::NonZero;

use ::wasmer::sys::CompilerConfig;
#[cfg(feature = "cranelift")]
pub(in crate::engine) use wasmer_compiler_cranelift::{Cranelift, CraneliftOptLevel};
#[cfg(feature = "llvm")]
pub(in crate::engine) use wasmer_compiler_llvm::{LLVM, LLVMOptLevel};
#[cfg(feature = "singlepass")]
pub(in crate::engine) use wasmer_compiler_singlepass::Singlepass;

use crate::engine::OptionTable;

/// The configuration of one of Wasmer's compilers.
pub(in crate::engine) trait WasmerCompiler:
    CompilerConfig + Clone + Default + Send + Sync + 'static
{
    const NAME: &str;

    /// The levels of optimization.
    const LEVELS: OptionTable<CompilerSettings<Self>> = &[];

    fn version() -> String;

    fn use_one_thread(&mut self);

    fn set_canonical_nans(&mut self, enable: bool) {
        CompilerConfig::canonicalize_nans(self, enable);
    }
}

/// The settings that options change.
#[derive(Default)]
pub(in crate::engine) struct CompilerSettings<C> {
    pub(super) config: C,
    /// Every guest pays one point per instruction, and starts with more points than it can use up.
    pub(super) metering: bool,
}

impl<C: WasmerCompiler> CompilerSettings<C> {
    /// All options.
    pub(in crate::engine) const OPTIONS: &'static [OptionTable<Self>] = &[
        C::LEVELS,
        &[
            ("nan", "canonical", |settings| settings.config.set_canonical_nans(true)),
            ("nan", "any", |settings| settings.config.set_canonical_nans(false)),
            ("threads", "1", |settings| settings.config.use_one_thread()),
            ("metering", "on", |settings| settings.metering = true),
        ],
    ];
}

#[cfg(feature = "cranelift")]
impl WasmerCompiler for Cranelift {
    const NAME: &str = "cranelift";
    const LEVELS: OptionTable<CompilerSettings<Self>> = &[
        ("opt", "none", |settings| _ = settings.config.opt_level(CraneliftOptLevel::None)),
        ("opt", "speed", |settings| _ = settings.config.opt_level(CraneliftOptLevel::Speed)),
        ("opt", "size", |settings| _ = settings.config.opt_level(CraneliftOptLevel::SpeedAndSize)),
    ];

    fn version() -> String {
        cranelift_codegen::VERSION.into()
    }

    fn use_one_thread(&mut self) {
        self.num_threads(NonZero::<usize>::MIN);
    }
}

#[cfg(feature = "llvm")]
impl WasmerCompiler for LLVM {
    const NAME: &str = "llvm";
    const LEVELS: OptionTable<CompilerSettings<Self>> = &[
        ("opt", "none", |settings| _ = settings.config.opt_level(LLVMOptLevel::None)),
        ("opt", "less", |settings| _ = settings.config.opt_level(LLVMOptLevel::Less)),
        ("opt", "default", |settings| _ = settings.config.opt_level(LLVMOptLevel::Default)),
        ("opt", "aggressive", |settings| _ = settings.config.opt_level(LLVMOptLevel::Aggressive)),
    ];

    fn version() -> String {
        let (major, minor, patch) = inkwell::support::get_llvm_version();
        format!("{major}.{minor}.{patch}")
    }

    fn use_one_thread(&mut self) {
        self.num_threads(NonZero::<usize>::MIN);
    }
}

#[cfg(feature = "singlepass")]
impl WasmerCompiler for Singlepass {
    const NAME: &str = "singlepass";

    /// Singlepass is part of Wasmer and has no separate version.
    fn version() -> String {
        ::wasmer::sys::vm::VERSION.into()
    }

    fn use_one_thread(&mut self) {
        self.num_threads(NonZero::<usize>::MIN);
    }

    fn set_canonical_nans(&mut self, enable: bool) {
        // The method of this type: the compilers' common one does nothing here.
        Self::canonicalize_nans(self, enable);
    }
}
