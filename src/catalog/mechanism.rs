//! The mechanisms that stop or limit a guest, as data: effect, limitation, reported reason, benchmarks. Entries name no engine.
use super::benchmark::{Benchmark, CellId, call, compile, execute, instantiate, stop, unwind};

/// A mechanism that stops or limits a guest.
pub struct Mechanism {
    /// The backend option that enables the mechanism, as `option=on`. `None` if the host implements it, or a build includes it.
    pub option: Option<&'static str>,
    /// The name.
    pub name: &'static str,
    /// The code that the mechanism stops, and the point at which it stops.
    pub stops: &'static str,
    /// The code that the mechanism does not stop.
    pub does_not_stop: &'static str,
    /// How the caller gets the reason.
    pub reason: &'static str,
    /// The benchmarks of a guest in a tight loop, in a deep recursion, and in a host function; `None` if it does not apply.
    pub timed_by: [Option<&'static Benchmark>; 3],
}

const BUDGET: [Option<&Benchmark>; 3] = [Some(&stop::BUDGET_LOOP), Some(&stop::BUDGET_RECURSION), None];
const INTERRUPT: [Option<&Benchmark>; 3] =
    [Some(&stop::INTERRUPT_LOOP), Some(&stop::INTERRUPT_RECURSION), Some(&stop::INTERRUPT_HOST)];
const DEADLINE: [Option<&Benchmark>; 3] = [Some(&stop::DEADLINE_LOOP), Some(&stop::DEADLINE_RECURSION), None];

/// A host function that compares the clock with a deadline.
pub static DEADLINE_IN_IMPORT: Mechanism = Mechanism {
    option: None,
    name: "deadline in an import",
    stops: "a guest that calls the host, at its next call after the deadline",
    does_not_stop: "a guest that calls no host function",
    reason: "the host function's own error",
    timed_by: DEADLINE,
};

/// An interrupt that is part of the build, without an option.
pub static INTERRUPT_OF_THE_BUILD: Mechanism = Mechanism {
    option: None,
    name: "interrupt from another thread",
    stops: "guest code anywhere, by a signal to its thread",
    does_not_stop: "a host function: the request waits until it returns",
    reason: "a trap of its own, now and then another one: keep a flag of your own",
    timed_by: INTERRUPT,
};

/// The mechanisms with an option.
pub static WITH_OPTION: &[Mechanism] = &[
    Mechanism {
        option: Some("metering"),
        name: "points",
        stops: "guest code at the end of a block without branches, after the same number of instructions each time",
        does_not_stop: "a host function, unless that charges points itself; a start function has no instance to ask",
        reason: "the trap `unreachable`; the points that are left tell",
        timed_by: BUDGET,
    },
    Mechanism {
        option: Some("fuel"),
        name: "fuel",
        stops: "guest code at its next loop, call or unpaid block, after the same number of instructions each time",
        does_not_stop: "a host function, unless that takes fuel itself",
        reason: "a trap of its own",
        timed_by: BUDGET,
    },
    Mechanism {
        option: Some("epoch"),
        name: "epoch",
        stops: "guest code at loops and calls, when another thread ends the epoch",
        does_not_stop: "a host function: the request waits until it returns",
        reason: "a trap of its own",
        timed_by: INTERRUPT,
    },
    Mechanism {
        option: Some("limiter"),
        name: "limiter",
        stops: "nothing: it refuses memory and tables to a guest that grows them",
        does_not_stop: "a guest that runs for ever",
        reason: "`memory.grow` returns -1 to the guest",
        timed_by: [None; 3],
    },
];

/// The kernels whose slowdown is shown, from short loops and calls to realistic work.
pub static KERNELS: &[&Benchmark] = &[
    &execute::TIGHT,
    &execute::NESTED,
    &execute::FIB,
    &execute::SWEEP,
    &execute::FLOAT,
    &execute::HASH,
    &execute::PARSE,
];

/// Other benchmarks that a mechanism may slow down, with their parameters.
pub static BESIDES: &[(&Benchmark, Option<u64>)] = &[
    (&call::TYPED, Some(2)),
    (&call::HOST_TYPED, None),
    (&instantiate::EARLY_EXIT, None),
    (&compile::GENERATED, Some(COMPILED_FUNCTIONS)),
];

/// The number of functions of the module whose compile time and code size are compared.
pub const COMPILED_FUNCTIONS: u64 = 16;

/// All cells of the comparison of mechanisms.
pub fn cells() -> Vec<CellId> {
    let cell = |benchmark: &Benchmark, at| CellId { benchmark: benchmark.id.into(), at, host_frames: 1 };
    let kernels = KERNELS.iter().map(|kernel| cell(kernel, kernel.parameter.as_ref().map(|over| over.values[0])));
    let besides = BESIDES.iter().map(|(benchmark, at)| cell(benchmark, *at));
    let more = [cell(&call::HOST_DEADLINE, None), cell(&unwind::TYPED.whole, None)];
    kernels.chain(besides).chain(more).chain(stop::ALL.iter().map(|stop| cell(stop, None))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine;

    #[test]
    fn each_option_is_one_of_some_backend() {
        let options: Vec<_> = engine::here().flat_map(|backend| backend.options()).collect();
        for mechanism in WITH_OPTION.iter().filter(|_| engine::here().count() > 5) {
            let takes_on =
                |(key, values): &engine::ListedOption| Some(*key) == mechanism.option && values.contains(&"on");
            assert!(options.iter().any(takes_on), "{}", mechanism.name);
        }
    }

    #[test]
    fn each_cell_is_one_of_the_catalogue() {
        for cell in cells() {
            let benchmark = crate::catalog::benchmark::find(&cell.benchmark).expect("it is in the catalogue");
            assert!(benchmark.cell_ids(true).any(|known| known == cell), "{cell}");
        }
    }
}
