//! What an error of Wasmer's says of itself when it is a trap, and when it is not.
use anyhow::{Result, anyhow};
use wasmer::sys::vm::TrapCode;
use wasmer::{Function, Instance, Module, RuntimeError, Store, Value, imports};

use super::Theme;
use crate::catalog::scenario::trap;
use crate::engine::Support::Do;
use crate::engine::embedding::Transcript;
use crate::engine::wasmer::Wasmer;
use crate::exit_code::ExitCode;
use crate::{guest, say};

pub(super) const CAN: Theme = &[(&trap::DOWNCAST_SAYS_NO, Do(downcast_says_no))];

fn downcast_says_no(wasmer: &Wasmer, out: &Transcript) -> Result<()> {
    let mut store = Store::new(wasmer.engine());
    let module = Module::new(&store, guest::wasm(guest::TRAPS))?;
    let early_exit = |code: u32| -> Result<(), ExitCode> { Err(ExitCode(code)) };
    let imports = imports! { "env" => { "early_exit" => Function::new_typed(&mut store, early_exit) } };
    let instance = Instance::new(&mut store, &module, &imports)?;
    let mut error_of = |export: &str, arguments: &[i32]| -> Result<RuntimeError> {
        let arguments: Vec<_> = arguments.iter().copied().map(Value::I32).collect();
        let result = instance.exports.get_function(export)?.call(&mut store, &arguments);
        result.err().ok_or_else(|| anyhow!("{export} was expected to end in an error, but returned"))
    };

    for error in [
        error_of("unreachable_if", &[1])?,
        error_of("i32.div_s", &[1, 0])?,
        error_of("deeper", &[-1])?,
        error_of("exit", &[5])?,
    ] {
        let shown = error.message();
        let trap = error.clone().to_trap();
        // By value: whoever is told no has the error back, and can ask on.
        match error.downcast::<ExitCode>() {
            Ok(code) => say!(out, "{shown}: exit code {code}; as a trap: {}", name(&trap)),
            Err(error) => say!(out, "{shown}: no exit code; as a trap: {}", name(&error.to_trap())),
        }
    }
    Ok(())
}

fn name(trap: &Option<TrapCode>) -> &str {
    trap.as_ref().map_or("none", TrapCode::message)
}
