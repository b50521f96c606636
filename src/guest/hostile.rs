//! Generators of small valid modules that are expensive to compile. Each module imports nothing and exports `f(n)`.
use crate::guest;

/// A module of functions of type `(i32) -> i32`, given by their bodies. It exports the last function.
fn module(bodies: &[String]) -> Vec<u8> {
    let functions: String = bodies.iter().map(|body| format!("(func (param i32) (result i32) {body})")).collect();
    guest::wasm(&format!("(module {functions} (export \"f\" (func {})))", bodies.len() - 1))
}

/// The texts of a range of numbers, joined.
fn each(numbers: impl IntoIterator<Item = u32>, text: impl Fn(u32) -> String) -> String {
    numbers.into_iter().map(text).collect()
}

/// A function with `count` nested conditions. It returns `count` if `n` is not 0, else 0.
pub fn nested_conditions(count: u32) -> Vec<u8> {
    let (conditions, ends) = (each(0..count, |_| "local.get 0 if ".into()), each(0..count, |_| "end ".into()));
    module(&[format!("{conditions} i32.const {count} return {ends} i32.const 0")])
}

/// A function with `count` locals that are all live at once, because all are set before any is read. It returns `n * count`.
pub fn locals(count: u32) -> Vec<u8> {
    let declared = each(1..=count, |_| "i32 ".into());
    let set = each(1..=count, |local| format!("local.get 0 local.set {local} "));
    let add = each(1..=count, |local| format!("local.get {local} i32.add "));
    module(&[format!("(local {declared}) {set} i32.const 0 {add}")])
}

/// A function with a branch table of `count` entries for 1,000 blocks. It returns the target block's index; 0 is the innermost.
pub fn branch_table(count: u32) -> Vec<u8> {
    const BLOCKS: u32 = 1000;
    let blocks = each(0..BLOCKS, |_| "block ".into());
    let targets = each(0..count, |n| format!("{} ", n % BLOCKS));
    let returns = each(0..BLOCKS, |block| format!("end i32.const {block} return "));
    // The code after the last return is unreachable, so that the function needs no value at its end.
    module(&[format!("{blocks} local.get 0 br_table {targets} {} {returns}", BLOCKS - 1)])
}

/// A module of `count` functions. Each adds 1 to the result of the previous function, but every hundredth returns `n`.
pub fn functions(count: u32) -> Vec<u8> {
    let body = |index: u32| match index.is_multiple_of(100) {
        true => "local.get 0".into(),
        false => format!("local.get 0 call {} i32.const 1 i32.add", index - 1),
    };
    module(&(0..count).map(body).collect::<Vec<_>>())
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
