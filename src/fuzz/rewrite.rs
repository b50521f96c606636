//! Rewrites modules to avoid a known issue.
use std::convert::Infallible;

use anyhow::Result;
use wasm_encoder::reencode::{Error, Reencode};
use wasm_encoder::{CodeSection, Function, Instruction, Module, ValType};
use wasmparser::{FunctionBody, Operator, Parser, Payload};

/// Passes the condition of each `select` through a new local, so that engines do not fuse it with its comparison.
///
/// # Errors
/// When the bytes are not a module with functions only.
pub(crate) fn select_by_local(wasm: &[u8]) -> Result<Vec<u8>> {
    let mut module = Module::new();
    let mut rewriter = SelectByLocal { parameters: parameters(wasm)?.into_iter() };
    rewriter.parse_core_module(&mut module, Parser::new(0), wasm)?;
    Ok(module.finish())
}

/// The number of parameters of each defined function.
fn parameters(wasm: &[u8]) -> Result<Vec<u32>> {
    let (mut types, mut functions) = (Vec::new(), Vec::new());
    for payload in Parser::new(0).parse_all(wasm) {
        match payload? {
            Payload::TypeSection(section) => {
                for ty in section.into_iter_err_on_gc_types() {
                    types.push(u32::try_from(ty?.params().len())?);
                }
            }
            Payload::FunctionSection(section) => {
                for index in section {
                    functions.push(types[index? as usize]);
                }
            }
            _ => {}
        }
    }
    Ok(functions)
}

struct SelectByLocal {
    parameters: std::vec::IntoIter<u32>,
}

impl Reencode for SelectByLocal {
    type Error = Infallible;

    fn parse_function_body(
        &mut self,
        code: &mut CodeSection,
        body: FunctionBody<'_>,
    ) -> Result<(), Error<Self::Error>> {
        let mut locals = Vec::new();
        for declared in body.get_locals_reader()? {
            let (count, ty) = declared?;
            locals.push((count, self.val_type(ty)?));
        }
        let own = locals.iter().map(|(count, _)| count).sum::<u32>();
        let condition = self.parameters.next().unwrap_or_default() + own;
        locals.push((1, ValType::I32));
        let mut function = Function::new(locals);
        for operator in body.get_operators_reader()? {
            let operator = operator?;
            if matches!(operator, Operator::Select | Operator::TypedSelect { .. }) {
                function.instruction(&Instruction::LocalSet(condition));
                function.instruction(&Instruction::LocalGet(condition));
            }
            function.instruction(&self.instruction(operator)?);
        }
        code.function(&function);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_condition_of_a_select_goes_through_a_local() {
        let text = r#"(module (import "a" "f" (func (param i64)))
            (func (param i32 f32) (result i32) (local i64) i32.const 1 i32.const 2 local.get 0 i32.eqz select)
            (func (result i32) i32.const 1 i32.const 2 i32.const 0 select (result i32)))"#;
        let rewritten = select_by_local(&wat::parse_str(text).unwrap()).unwrap();
        wasmparser::validate(&rewritten).unwrap();
        let shown = wasmprinter::print_bytes(&rewritten).unwrap();
        let shown = shown.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(shown.contains("i32.eqz local.set 3 local.get 3 select"), "{shown}");
        assert!(shown.contains("local.set 0 local.get 0 select (result i32)"), "{shown}");
    }
}
