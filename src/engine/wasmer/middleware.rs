//! Middlewares of metered runtimes: points for each module, and a start function that the host calls.
use std::sync::{Arc, Mutex, PoisonError};

use ::wasmer::sys::{FunctionMiddleware, MiddlewareError, ModuleMiddleware};
use ::wasmer::{ExportIndex, LocalFunctionIndex, ModuleInfo};
use wasmer_middlewares::Metering;

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

/// Exports the start function instead of calling it at instantiation. If a start function exhausts its points at instantiation,
/// no instance exists whose points could be read, and the error equals that of an `unreachable` instruction.
#[derive(Debug)]
pub(super) struct LateStart;

impl LateStart {
    /// The name of the export. No guest uses this name by accident.
    pub(super) const EXPORT: &str = "early-exit: start\0";
}

impl ModuleMiddleware for LateStart {
    fn generate_function_middleware<'a>(&self, _: LocalFunctionIndex) -> Box<dyn FunctionMiddleware<'a> + 'a> {
        Box::new(Unchanged)
    }

    fn transform_module_info(&self, module: &mut ModuleInfo) -> Result<(), MiddlewareError> {
        if let Some(start) = module.start_function.take() {
            module.exports.insert(Self::EXPORT.into(), ExportIndex::Function(start));
        }
        Ok(())
    }
}

/// Does not change a function.
#[derive(Debug)]
struct Unchanged;

impl FunctionMiddleware<'_> for Unchanged {}
