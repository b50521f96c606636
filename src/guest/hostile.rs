//! Generators of small valid modules that are expensive to compile. Each module imports nothing and exports `f(n)`.
use wasm_encoder::{
    BlockType, CodeSection, ExportKind, ExportSection, Function, FunctionSection, InstructionSink, Module, TypeSection,
    ValType,
};

/// A module of functions of type `(i32) -> i32` that exports the last function.
fn module(functions: impl ExactSizeIterator<Item = Function>) -> Vec<u8> {
    let count = u32::try_from(functions.len()).expect("as many functions as there can be");
    let (mut types, mut declared) = (TypeSection::new(), FunctionSection::new());
    types.ty().function([ValType::I32], [ValType::I32]);
    let (mut exports, mut code) = (ExportSection::new(), CodeSection::new());
    for function in functions {
        declared.function(0);
        code.function(&function);
    }
    exports.export("f", ExportKind::Func, count - 1);
    let mut module = Module::new();
    module.section(&types).section(&declared).section(&exports).section(&code);
    module.finish()
}

fn function(locals: &[(u32, ValType)], body: impl FnOnce(&mut InstructionSink<'_>)) -> Function {
    let mut function = Function::new(locals.iter().copied());
    body(&mut function.instructions());
    function.instructions().end();
    function
}

/// A function with `count` nested conditions. It returns `count` if `n` is not 0, else 0.
pub fn nested_conditions(count: i32) -> Vec<u8> {
    let body = |code: &mut InstructionSink<'_>| {
        for _ in 0..count {
            code.local_get(0).if_(BlockType::Empty);
        }
        code.i32_const(count).return_();
        for _ in 0..count {
            code.end();
        }
        code.i32_const(0);
    };
    module([function(&[], body)].into_iter())
}

/// A function with `count` locals that are all live at once, because all are set before any is read. It returns `n * count`.
pub fn locals(count: u32) -> Vec<u8> {
    let body = |code: &mut InstructionSink<'_>| {
        for local in 1..=count {
            code.local_get(0).local_set(local);
        }
        code.i32_const(0);
        for local in 1..=count {
            code.local_get(local).i32_add();
        }
    };
    module([function(&[(count, ValType::I32)], body)].into_iter())
}

/// A function with a branch table of `count` entries for 1,000 blocks. It returns the target block's index; 0 is the innermost.
pub fn branch_table(count: u32) -> Vec<u8> {
    const BLOCKS: u32 = 1000;
    let body = |code: &mut InstructionSink<'_>| {
        for _ in 0..BLOCKS {
            code.block(BlockType::Empty);
        }
        let targets: Vec<u32> = (0..count).map(|n| n % BLOCKS).collect();
        code.local_get(0).br_table(targets, BLOCKS - 1);
        for block in 0..BLOCKS as i32 {
            code.end().i32_const(block).return_();
        }
    };
    let mut function = Function::new([]);
    body(&mut function.instructions());
    // The code after a return is unreachable, so that the function needs no value at its end.
    function.instructions().end();
    module([function].into_iter())
}

/// A module of `count` functions. Each adds 1 to the result of the previous function, but every hundredth returns `n`.
pub fn functions(count: u32) -> Vec<u8> {
    let of = |index: u32| {
        function(&[], |code| {
            code.local_get(0);
            if !index.is_multiple_of(100) {
                code.call(index - 1).i32_const(1).i32_add();
            }
        })
    };
    module((0..count).map(of).collect::<Vec<_>>().into_iter())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_modules_are_valid() {
        for wasm in [nested_conditions(20_000), locals(30_000), branch_table(60_000), functions(5_000)] {
            wasmparser::validate(&wasm).unwrap();
        }
    }
}
