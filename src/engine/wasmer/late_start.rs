//! A middleware that leaves the call of a start function to the host.
use ::wasmer::sys::{FunctionMiddleware, MiddlewareError, ModuleMiddleware};
use ::wasmer::{ExportIndex, LocalFunctionIndex, ModuleInfo};

/// Exports a start function in place of having it called on instantiation: a guest that uses up its points there leaves no
/// instance behind that could be asked for them, and looks like one that came to an `unreachable`.
#[derive(Debug)]
pub(super) struct LateStart;

impl LateStart {
    /// The name of that export; no guest has it by chance.
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

/// Leaves a function as it is.
#[derive(Debug)]
struct Unchanged;

impl FunctionMiddleware<'_> for Unchanged {}
