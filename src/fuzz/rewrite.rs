//! Rewrites modules to avoid known issues.
use std::convert::Infallible;

use anyhow::Result;
use wasm_encoder::reencode::{Error, Reencode};
use wasm_encoder::{CodeSection, Function, Instruction, Module, ValType};
use wasmparser::{BlockType, FuncType, FunctionBody, Operator, Parser, Payload};

/// The instructions that are replaced.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Avoided {
    /// `select`: each condition goes through an additional local, so that engines do not fuse a comparison with its `select`.
    pub(crate) selects: bool,
    /// `br_table` with more than one value: replaced by a branch to its default.
    pub(crate) tables: bool,
}

impl Avoided {
    /// Rewrites a module.
    ///
    /// # Errors
    /// When the bytes are not a module, or it has types other than function types.
    pub(crate) fn rewrite(self, wasm: Vec<u8>) -> Result<Vec<u8>> {
        if !self.selects && !self.tables {
            return Ok(wasm);
        }
        let mut module = Module::new();
        let (types, functions) = signatures(&wasm)?;
        let mut rewriter = Rewriter { avoided: self, types, functions: functions.into_iter() };
        rewriter.parse_core_module(&mut module, Parser::new(0), &wasm)?;
        Ok(module.finish())
    }
}

/// The numbers of parameters and of results.
#[derive(Clone, Copy)]
struct Arity {
    parameters: usize,
    results: usize,
}

/// The types, and the type of each defined function.
fn signatures(wasm: &[u8]) -> Result<(Vec<Arity>, Vec<Arity>)> {
    let (mut types, mut functions) = (Vec::new(), Vec::new());
    for payload in Parser::new(0).parse_all(wasm) {
        match payload? {
            Payload::TypeSection(section) => {
                let arity = |ty: FuncType| Arity { parameters: ty.params().len(), results: ty.results().len() };
                types = section.into_iter_err_on_gc_types().map(|ty| Ok(arity(ty?))).collect::<Result<_>>()?;
            }
            Payload::FunctionSection(section) => {
                functions = section.into_iter().map(|index| Ok(types[index? as usize])).collect::<Result<_>>()?;
            }
            _ => {}
        }
    }
    Ok((types, functions))
}

struct Rewriter {
    avoided: Avoided,
    types: Vec<Arity>,
    functions: std::vec::IntoIter<Arity>,
}

impl Rewriter {
    fn arity(&self, ty: BlockType) -> Arity {
        match ty {
            BlockType::Empty => Arity { parameters: 0, results: 0 },
            BlockType::Type(_) => Arity { parameters: 0, results: 1 },
            BlockType::FuncType(index) => self.types[index as usize],
        }
    }
}

impl Reencode for Rewriter {
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
        let arity = self.functions.next().expect("each body has a type");
        let condition = arity.parameters as u32 + locals.iter().map(|(count, _)| count).sum::<u32>();
        if self.avoided.selects {
            locals.push((1, ValType::I32));
        }
        let mut function = Function::new(locals);
        // The number of values of a branch to each label, outermost first.
        let mut labels = vec![arity.results];
        for operator in body.get_operators_reader()? {
            let operator = operator?;
            match &operator {
                Operator::Block { blockty } | Operator::If { blockty } => labels.push(self.arity(*blockty).results),
                Operator::TryTable { try_table } => labels.push(self.arity(try_table.ty).results),
                Operator::Loop { blockty } => labels.push(self.arity(*blockty).parameters),
                Operator::End => drop(labels.pop()),
                Operator::Select | Operator::TypedSelect { .. } if self.avoided.selects => {
                    function.instruction(&Instruction::LocalSet(condition));
                    function.instruction(&Instruction::LocalGet(condition));
                }
                Operator::BrTable { targets } if self.avoided.tables => {
                    let label = targets.default();
                    if labels.iter().rev().nth(label as usize).is_some_and(|values| *values > 1) {
                        function.instruction(&Instruction::Drop);
                        function.instruction(&Instruction::Br(label));
                        continue;
                    }
                }
                _ => {}
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

    /// The text of a module after the replacement of both instructions.
    fn rewritten(text: &str) -> String {
        let avoided = Avoided { selects: true, tables: true };
        let rewritten = avoided.rewrite(wat::parse_str(text).unwrap()).unwrap();
        wasmparser::validate(&rewritten).unwrap();
        wasmprinter::print_bytes(&rewritten).unwrap().split_whitespace().collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn the_condition_of_a_select_goes_through_a_local() {
        let text = r#"(module (import "a" "f" (func (param i64)))
            (func (param i32 f32) (result i32) (local i64) i32.const 1 i32.const 2 local.get 0 i32.eqz select)
            (func (result i32) i32.const 1 i32.const 2 i32.const 0 select (result i32)))"#;
        let shown = rewritten(text);
        assert!(shown.contains("i32.eqz local.set 3 local.get 3 select"), "{shown}");
        assert!(shown.contains("local.set 0 local.get 0 select (result i32)"), "{shown}");
    }

    #[test]
    fn a_table_with_values_branches_to_its_default() {
        let text = r#"(module (type $two (func (param i32 i32) (result i32 i32)))
            (func (param i32) (result i32 i32)
                (block (result i32 i32) (br_table 0 1 (i32.const 7) (i32.const 5) (local.get 0))))
            (func (param i32) (result i32) (block (result i32) (br_table 0 1 (i32.const 7) (local.get 0))))
            (func (param i32) i32.const 1 i32.const 2
                (loop (type $two) (block (br_table 0 0 (local.get 0))) (br_table 0 (local.get 0))) drop drop))"#;
        let shown = rewritten(text);
        assert_eq!((shown.matches("br_table").count(), shown.matches("drop br").count()), (2, 2), "{shown}");
    }
}
