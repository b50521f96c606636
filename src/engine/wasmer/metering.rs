//! Metering as an option: every guest pays a point for each instruction, from more points than any guest can use up.
use std::sync::{Arc, Mutex, PoisonError};

use ::wasmer::sys::{FunctionMiddleware, MiddlewareError, ModuleMiddleware};
use ::wasmer::{LocalFunctionIndex, ModuleInfo};
use wasmer_middlewares::Metering;

/// The points of a guest that nobody means to stop.
const UNLIMITED: u64 = u64::MAX;

/// Metering for each module of a runtime. Wasmer's `Metering` takes one module only, since it stores the indices of that
/// module's points globals. An engine compiles one module at a time, so the last one that was begun is the one whose functions come next.
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
