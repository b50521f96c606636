//! A middleware that lets the host call the start function.
use ::wasmer::sys::{FunctionMiddleware, MiddlewareError, ModuleMiddleware};
use ::wasmer::{ExportIndex, LocalFunctionIndex, ModuleInfo};

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
