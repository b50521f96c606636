//! A generator of modules of any size, with a fixed mix of the constructs that real modules contain.
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use wasm_encoder::{
    BlockType, CodeSection, ConstExpr, DataSection, ElementSection, Elements, EntityType, ExportKind, ExportSection,
    Function, FunctionSection, ImportSection, InstructionSink, MemArg, MemArgTarget, MemorySection, MemoryType, Module,
    RefType, TableSection, TableType, TypeSection, ValType,
};

/// The module of this number of functions that all benchmarks use.
///
/// # Errors
/// When a module cannot have as many functions.
pub fn of_size(functions: u64) -> anyhow::Result<Vec<u8>> {
    Ok(self::functions(u32::try_from(functions)?, 0))
}

/// A module of `count` functions, the same for the same seed. Each function has a body of about 200 bytes with loops,
/// loads and stores, branches, calls, and arithmetic on integers and floats.
///
/// The export `run(code, n)` calls the import `env.early_exit` with `code`. If the import returns, `run` returns the
/// last function's result for both arguments. The run time is at most proportional to the number of functions.
pub fn functions(count: u32, seed: u64) -> Vec<u8> {
    let mut chance = ChaCha8Rng::seed_from_u64(seed);
    let mut module = Module::new();

    let mut types = TypeSection::new();
    types.ty().function([ValType::I32], []);
    types.ty().function([ValType::I32; 2], [ValType::I32]);
    module.section(&types);

    module.section(ImportSection::new().import("env", "early_exit", EntityType::Function(EARLY_EXIT)));

    let mut functions = FunctionSection::new();
    for _ in 0..=count {
        functions.function(BINARY);
    }
    module.section(&functions);

    module.section(TableSection::new().table(TableType {
        element_type: RefType::FUNCREF,
        table64: false,
        minimum: u64::from(count),
        maximum: Some(u64::from(count)),
        shared: false,
    }));

    let memory = MemoryType { minimum: 1, maximum: None, memory64: false, shared: false, page_size_log2: None };
    module.section(MemorySection::new().memory(memory));

    let mut exports = ExportSection::new();
    exports.export("run", ExportKind::Func, FIRST + count);
    exports.export("memory", ExportKind::Memory, 0);
    module.section(&exports);

    let all: Vec<u32> = (FIRST..FIRST + count).collect();
    module.section(ElementSection::new().active(None, &ConstExpr::i32_const(0), Elements::Functions(all.into())));

    let mut code = CodeSection::new();
    for index in 0..count {
        code.function(&body(index, &mut chance));
    }
    code.function(&run(count));
    module.section(&code);

    let data = (0..1024).map(|_| chance.random::<u8>());
    module.section(DataSection::new().active(0, &ConstExpr::i32_const(0), data));
    module.finish()
}

/// Indices of the types.
const EARLY_EXIT: u32 = 0;
const BINARY: u32 = 1;
/// Index of the first function that is not an import.
const FIRST: u32 = 1;

/// Locals of a body: two parameters, the result, a loop counter, a 64-bit integer and a float.
const A: u32 = 0;
const B: u32 = 1;
const SUM: u32 = 2;
const COUNT: u32 = 3;
const WIDE: u32 = 4;
const FLOAT: u32 = 5;

/// The most calls per function, to bound the run time. A function calls only earlier functions, so that every call returns.
const CALLS: u32 = 2;

fn body(index: u32, chance: &mut ChaCha8Rng) -> Function {
    let mut function = Function::new([(2, ValType::I32), (1, ValType::I64), (1, ValType::F64)]);
    let size = chance.random_range(95..=255);
    let mut calls = 0;
    while function.byte_len() < size {
        let code = &mut function.instructions();
        match chance.random_range(0..8) {
            0 | 1 => mix(code, chance),
            2 => branch(code, chance),
            3 => repeat(code, chance),
            4 => switch(code, chance),
            5 => wide(code, chance),
            6 => float(code, chance),
            _ if index == 0 || calls == CALLS => mix(code, chance),
            _ => {
                call(code, index, chance);
                calls += 1;
            }
        }
    }
    function.instructions().local_get(SUM).local_get(A).i32_xor().local_get(B).i32_add().end();
    function
}

fn run(count: u32) -> Function {
    let mut function = Function::new([]);
    let code = &mut function.instructions();
    code.local_get(A).call(0).local_get(A).local_get(B);
    if count == 0 {
        code.i32_add()
    } else {
        code.call(FIRST + count - 1)
    };
    code.end();
    function
}

/// Integer arithmetic.
fn mix(code: &mut InstructionSink<'_>, chance: &mut ChaCha8Rng) {
    code.local_get(A).i32_const(chance.random::<i32>() | 1).i32_mul().i32_const(chance.random_range(1..31)).i32_rotl();
    code.local_get(B).i32_const(chance.random_range(1..31)).i32_shr_u().i32_xor().local_set(A);
}

/// A branch with two arms.
fn branch(code: &mut InstructionSink<'_>, chance: &mut ChaCha8Rng) {
    code.local_get(A).local_get(B).i32_lt_s().if_(BlockType::Empty);
    code.local_get(B).local_get(A).i32_sub().local_set(A);
    code.else_();
    code.local_get(A).i32_const(chance.random()).i32_xor().local_set(B);
    code.end();
}

/// A loop over a part of the memory.
fn repeat(code: &mut InstructionSink<'_>, chance: &mut ChaCha8Rng) {
    let word =
        MemArg { offset: chance.random_range(0..256) * 4, align: 2, target: MemArgTarget::Memory(0), ordering: None };
    code.i32_const(chance.random_range(4..=16)).local_set(COUNT).loop_(BlockType::Empty);
    // The mask keeps the address within the page.
    code.local_get(A).local_get(COUNT).i32_const(2).i32_shl().i32_add().i32_const(0xeffc).i32_and();
    code.local_get(A).local_get(COUNT).i32_add().i32_const(0xeffc).i32_and().i32_load(word);
    code.local_get(SUM).i32_add().local_tee(SUM).i32_store(word);
    code.local_get(COUNT).i32_const(1).i32_sub().local_tee(COUNT).br_if(0).end();
}

/// A branch table.
fn switch(code: &mut InstructionSink<'_>, chance: &mut ChaCha8Rng) {
    code.block(BlockType::Empty).block(BlockType::Empty).block(BlockType::Empty);
    code.local_get(B).i32_const(3).i32_and().br_table([0, 1], 2).end();
    code.local_get(SUM).i32_const(chance.random()).i32_add().local_set(SUM).br(1).end();
    code.local_get(SUM).local_get(A).i32_xor().local_set(SUM).end();
}

/// 64-bit arithmetic.
fn wide(code: &mut InstructionSink<'_>, chance: &mut ChaCha8Rng) {
    code.local_get(A).i64_extend_i32_u().i64_const(chance.random::<i64>() | 1).i64_mul();
    code.local_get(WIDE).i64_const(chance.random_range(1..63)).i64_shr_u().i64_add().local_tee(WIDE);
    code.i32_wrap_i64().local_get(B).i32_xor().local_set(B);
}

/// Floating-point arithmetic; the values stay small enough to convert to integers.
fn float(code: &mut InstructionSink<'_>, chance: &mut ChaCha8Rng) {
    let half = f64::from(chance.random_range(1..=16_u32)) / 32.0;
    code.local_get(FLOAT).f64_const(half.into()).f64_mul();
    code.local_get(A).i32_const(0xff).i32_and().f64_convert_i32_u().f64_add().local_tee(FLOAT);
    code.i32_trunc_f64_s().local_get(SUM).i32_add().local_set(SUM);
}

/// A direct or indirect call of an earlier function.
fn call(code: &mut InstructionSink<'_>, index: u32, chance: &mut ChaCha8Rng) {
    let callee = chance.random_range(0..index);
    code.local_get(A).local_get(SUM);
    if chance.random_range(0..4) == 0 {
        code.i32_const(callee as i32).call_indirect(0, BINARY);
    } else {
        code.call(FIRST + callee);
    }
    code.local_get(B).i32_add().local_set(B);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_generates_the_same_bytes() {
        assert_eq!(functions(16, 1), functions(16, 1));
        assert_ne!(functions(16, 1), functions(16, 2));
    }

    #[test]
    fn bodies_have_about_200_bytes() {
        for count in [16, 128, 1024] {
            let overhead = functions(0, 1).len() as f64;
            let each = (functions(count, 1).len() as f64 - overhead) / f64::from(count);
            // Declarations and table elements add a few bytes per function.
            assert!((170.0..235.0).contains(&each), "{count} functions take {each} bytes each");
        }
    }
}
