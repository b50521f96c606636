//! Does the interval hold the truth as often as it says?

use super::{CLEAN, SimulatedMachine, USUAL, laplace, monte_carlo, seeded, skewed, t3};
use crate::statistics::{Confidence, Estimate, typical_ratio};

/// The machines, and how often the 95 % interval is promised to hold the truth at least. Where that is less than
/// 94 %, a known weakness is written down.
const MACHINES: [(&str, SimulatedMachine, f64); 34] = [
    ("clean", CLEAN, 0.94),
    ("1 in 10 off by 25 %", USUAL, 0.94),
    ("exactly 1 of 10 off", SimulatedMachine { odd_launches: 1, one_sided: true, ..CLEAN }, 0.94),
    ("exactly 2 of 10 off", SimulatedMachine { odd_launches: 2, one_sided: true, ..CLEAN }, 0.94),
    ("exactly 3 of 10 off", SimulatedMachine { odd_launches: 3, one_sided: true, ..CLEAN }, 0.94),
    // One run in eighty has four, all on one side: then the plain interval misses, and the estimate is inconclusive.
    ("1 in 10 off, one side", SimulatedMachine { one_sided: true, ..USUAL }, 0.93),
    ("22 in 100 off", SimulatedMachine { odd_chance: 0.22, ..CLEAN }, 0.94),
    ("quiet, sd 0.2 %", SimulatedMachine { launch_sd: 0.002, batch_sd: 0.002, ..CLEAN }, 0.94),
    ("quiet, 1 in 10 off", SimulatedMachine { launch_sd: 0.002, batch_sd: 0.002, ..USUAL }, 0.94),
    // Too near to be told from the others, too far not to pull them along.
    ("1 in 10 off by 6 %", SimulatedMachine { off: 0.06, one_sided: true, ..USUAL }, 0.93),
    ("1 in 10 off by 4 %", SimulatedMachine { off: 0.04, one_sided: true, ..USUAL }, 0.93),
    ("launch sd 2 %", SimulatedMachine { launch_sd: 0.02, ..CLEAN }, 0.94),
    // A good launch is dropped now and then.
    ("launch sd 5 %", SimulatedMachine { launch_sd: 0.05, ..CLEAN }, 0.935),
    ("sd 5 %, 1 in 10 off", SimulatedMachine { launch_sd: 0.05, ..USUAL }, 0.93),
    ("Laplace launches", SimulatedMachine { launch: laplace, ..USUAL }, 0.94),
    ("Laplace, sd 5 %", SimulatedMachine { launch: laplace, launch_sd: 0.05, ..CLEAN }, 0.94),
    ("t3 launches", SimulatedMachine { launch: t3, ..USUAL }, 0.94),
    ("t3, sd 5 %", SimulatedMachine { launch: t3, launch_sd: 0.05, ..CLEAN }, 0.94),
    // A mean is no median where launches are lopsided.
    ("lopsided launches", SimulatedMachine { launch: skewed, ..CLEAN }, 0.92),
    ("batches t3, 5 %", SimulatedMachine { batch: t3, batch_sd: 0.05, ..USUAL }, 0.94),
    ("drift 10 %", SimulatedMachine { drift: 0.1, ..USUAL }, 0.94),
    ("launch sd 0.5 %", SimulatedMachine { launch_sd: 0.005, ..USUAL }, 0.94),
    ("5 launches", SimulatedMachine { launches: 5, ..CLEAN }, 0.94),
    ("5 launches, 1 in 10 off", SimulatedMachine { launches: 5, ..USUAL }, 0.94),
    ("7 launches, 1 in 10 off", SimulatedMachine { launches: 7, ..USUAL }, 0.94),
    ("20 launches, 1 in 10 off", SimulatedMachine { launches: 20, ..USUAL }, 0.94),
    ("12 launches", SimulatedMachine { launches: 12, ..CLEAN }, 0.94),
    ("15 launches", SimulatedMachine { launches: 15, ..CLEAN }, 0.94),
    ("15 launches, t3", SimulatedMachine { launches: 15, launch: t3, ..CLEAN }, 0.94),
    ("15 launches, t3, sd 5 %", SimulatedMachine { launches: 15, launch: t3, launch_sd: 0.05, ..CLEAN }, 0.94),
    ("15 launches, 1 in 10 off by 4 %", SimulatedMachine { launches: 15, off: 0.04, one_sided: true, ..USUAL }, 0.94),
    ("15 launches, sd 5 %", SimulatedMachine { launches: 15, launch_sd: 0.05, ..CLEAN }, 0.94),
    ("40 launches, Laplace", SimulatedMachine { launches: 40, launch: laplace, ..CLEAN }, 0.94),
    ("40 launches", SimulatedMachine { launches: 40, ..CLEAN }, 0.94),
];

/// The truth, which is not 0, so that nothing holds it by being stuck there.
const TRUTH: f64 = 0.05;

/// The estimates of a number of runs.
fn estimates(machine: SimulatedMachine, runs: usize) -> impl Iterator<Item = Estimate> {
    let mut random = seeded(1979);
    (0..runs).map(move |_| typical_ratio(&machine.run(TRUTH, &mut random)).expect("finite"))
}

/// How often the interval holds the truth, and its mean half-width.
fn trial(machine: SimulatedMachine, runs: usize) -> (f64, f64) {
    let interval = |estimate: Estimate| estimate.interval(Confidence::NINETY_FIVE).expect("three launches or more");
    let intervals: Vec<_> = estimates(machine, runs).map(interval).collect();
    let held = intervals.iter().filter(|interval| interval.contains(TRUTH)).count();
    let width: f64 = intervals.iter().map(|interval| interval.half_width()).sum();
    (held as f64 / runs as f64, width / runs as f64)
}

#[test]
fn the_interval_holds_the_truth_as_often_as_promised() {
    for (name, machine, promised) in MACHINES {
        let (held, _) = trial(machine, 2_000);
        assert!(held >= promised - monte_carlo(promised, 2_000), "{name}: {held}");
    }
}

/// With enough repetitions to show the share without an allowance.
#[test]
fn ten_launches_one_in_ten_off_by_a_quarter() {
    let (held, width) = trial(USUAL, 10_000);
    assert!(held - monte_carlo(held, 10_000) >= 0.94, "{held}");
    // Without outliers it can be no narrower than Student's interval, and with them it hardly widens.
    let (_, clean) = trial(CLEAN, 2_000);
    assert!((0.0075..0.0080).contains(&clean) && width < 1.3 * clean, "{width} {clean}");
}

#[test]
fn few_are_inconclusive_where_outliers_are_and_all_where_launches_are_few() {
    let inconclusive = |machine| estimates(machine, 2_000).filter(|estimate| estimate.inconclusive().is_some()).count();
    assert_eq!(inconclusive(CLEAN), 0);
    // Four or more of ten, at one in ten each: 1.3 %.
    let rarely = inconclusive(USUAL);
    assert!((10..50).contains(&rarely), "{rarely}");
    assert_eq!(inconclusive(SimulatedMachine { launches: 5, ..CLEAN }), 2_000);
}
