//! Benchmarks of the module that the user gives with `--module`.

/// The operation on the user's module.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the benchmarks document the operations")]
pub enum ModuleBenchmark {
    Compile,
    Serialize,
    Deserialize,
    Instantiate,
    Call,
    Exit,
}

benchmarks![
    COMPILE(
        "module/compile",
        "compiles the bytes of the given module (--module) on a fresh engine; creating the engine is timed, dropping \
         module and engine is not",
    )
    .of_module(ModuleBenchmark::Compile)
    .parallel()
    .in_quick_set(),
    SERIALIZE("module/serialize", "serializes the compiled module to the bytes of its artifact")
        .of_module(ModuleBenchmark::Serialize),
    DESERIALIZE(
        "module/deserialize",
        "deserializes the module from its artifact; creating the engine and dropping module and engine are not timed",
    )
    .of_module(ModuleBenchmark::Deserialize)
    .in_quick_set(),
    INSTANTIATE(
        "module/instantiate",
        "instantiates the module in a fresh store with a stub for each import; its start function is timed, dropping \
         the instance is not",
    )
    .of_module(ModuleBenchmark::Instantiate)
    .in_quick_set(),
    CALL("module/call", "the dynamic call given by --invoke, on an instance created for it, until it returns",)
        .of_module(ModuleBenchmark::Call)
        .in_quick_set(),
    EXIT(
        "module/exit",
        "from just before a stub returns the error that ends the guest until the caller has the exit code; each call \
         gets its own instance, and the part before the stub is not timed",
    )
    .of_module(ModuleBenchmark::Exit)
    .in_quick_set(),
];
