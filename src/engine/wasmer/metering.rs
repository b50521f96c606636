//! The option `metering=on`: every guest pays one point per instruction, and starts with more points than it can use up.
use std::sync::{Arc, Mutex, PoisonError};

use ::wasmer::sys::{FunctionMiddleware, MiddlewareError, ModuleMiddleware};
use ::wasmer::{LocalFunctionIndex, ModuleInfo};
use wasmer_middlewares::Metering;

use crate::engine::BackendOption;

/// The mechanisms that can stop a guest. An option enables each.
#[derive(Clone, Copy, Default)]
pub(super) struct WasmerMechanisms {
    pub(super) metering: bool,
}

/// The options that all three compilers have.
pub(super) const MECHANISMS: &[BackendOption<WasmerMechanisms>] =
    &[BackendOption { key: "metering", values: &[("on", |mechanisms| switch_on_metering(mechanisms))] }];

fn switch_on_metering(mechanisms: &mut WasmerMechanisms) -> &mut WasmerMechanisms {
    mechanisms.metering = true;
    mechanisms
}

/// The initial points of a guest that must not be stopped.
const UNLIMITED: u64 = u64::MAX;

/// A separate `Metering` for each module of a runtime, because a `Metering` stores the indices of one module's globals. An
/// engine compiles one module at a time, so `current` belongs to the module whose functions are compiled.
#[derive(Debug, Default)]
pub(super) struct MeterEachModule {
    current: Mutex<Option<Arc<dyn ModuleMiddleware>>>,
}

impl ModuleMiddleware for MeterEachModule {
    fn generate_function_middleware<'a>(&self, function: LocalFunctionIndex) -> Box<dyn FunctionMiddleware<'a> + 'a> {
        let current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        current.as_ref().expect("a module is begun before its functions").generate_function_middleware(function)
    }

    fn transform_module_info(&self, module: &mut ModuleInfo) -> Result<(), MiddlewareError> {
        let metering = Arc::new(Metering::new(UNLIMITED, |_| 1));
        metering.transform_module_info(module)?;
        *self.current.lock().unwrap_or_else(PoisonError::into_inner) = Some(metering);
        Ok(())
    }
}
