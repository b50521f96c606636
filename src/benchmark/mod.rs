//! What it costs: the catalogue. No engine is named here.

/// One thing that is timed. With a parameter, on a subject, it is a cell.
pub struct Benchmark {
    /// What the command line calls it, without its parameter.
    pub id: &'static str,
    /// What is inside the timer, and what is not.
    pub inside: &'static str,
}

/// Bytes to module.
pub static COMPILE: Benchmark = Benchmark {
    id: "compile/early-exit",
    inside: "from the bytes of the early-exit guest to its module, on a fresh engine; \
             making the engine is inside, dropping module and engine is not",
};

/// Module to instance.
pub static INSTANTIATE: Benchmark = Benchmark {
    id: "instantiate/early-exit",
    inside: "from the compiled guest to an instance in a fresh store, with its one import and its export looked up; \
             dropping them is not inside",
};

/// The first exit of an instance.
pub static FIRST_EXIT: Benchmark = Benchmark {
    id: "cold/first-exit",
    inside: "the first call of a fresh instance in a fresh store, which the host function ends, \
             to the downcast exit code; compiling and instantiating are not inside",
};

/// An exit like any other.
pub static EXIT_TYPED: Benchmark = Benchmark {
    id: "unwind/typed",
    inside: "a typed call, the guest's call of a typed host function, its `Err(ExitCode)`, \
             and the downcast by value in the caller",
};

/// All of them.
pub static ALL: &[&Benchmark] = &[&COMPILE, &INSTANTIATE, &FIRST_EXIT, &EXIT_TYPED];

/// The benchmark of that name.
pub fn find(id: &str) -> Option<&'static Benchmark> {
    ALL.iter().copied().find(|benchmark| benchmark.id == id)
}
