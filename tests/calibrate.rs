//! Tests of `measure --calibrate` and of injected slowdowns; also of the pilot and the recommended budget.
use early_exit::engine::BackendSpec;
use early_exit::sampling::experiment;
use std::fs;
use std::time::Duration;

use early_exit::analysis::estimates;
use early_exit::catalog::benchmark::{execute, native};
use early_exit::results::{Calibration, Report};
use early_exit::sampling::experiment::{BudgetTooSmall, Experiment, Progress};
use early_exit::sampling::injected_slowdown::InjectedSlowdown;
use early_exit::sampling::variant::ExperimentVariant;
use early_exit::statistics::RatioVerdict;
use early_exit::worker::Launcher;

use crate::{EARLY_EXIT, early_exit, here, temporary};

/// A/A controls of the first backend on a few cells: some have an injected slowdown, and the others are never faster.
#[test]
fn injected_slowdowns_are_found_and_nothing_else() {
    let Some(backend) = here().into_iter().next() else { return };
    let (_folder, file) = temporary("calibration.json");
    let output = early_exit(&[
        "measure",
        "--calibrate",
        "--backend",
        backend,
        "--filter",
        "call/*",
        "--filter",
        "execute/hash*",
        "--budget",
        "60",
        "--launches",
        "8",
        "--seed",
        "11",
        "-o",
        &file,
    ])
    .output()
    .unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let calibration: Calibration = serde_json::from_str(&fs::read_to_string(file).unwrap()).unwrap();
    let found = &calibration.runs[0].injections;
    let carrying = found.iter().filter(|found| found.injected_slowdown > 0.0).count();
    assert!(0 < carrying && carrying < found.len() / 2, "{carrying} of {}", found.len());
    let known = [0.0, 0.01, 0.02, 0.03, 0.05];
    assert!(found.iter().all(|found| known.contains(&found.injected_slowdown)), "{found:?}");
    assert!(found.iter().any(|found| found.cell_id.benchmark == "execute/hash"));
    let false_alarms = found
        .iter()
        .filter(|found| found.injected_slowdown == 0.0 && found.verdict_with_margin == RatioVerdict::Faster)
        .count();
    assert_eq!(false_alarms, 0);
    let shown = String::from_utf8(output.stdout).unwrap();
    assert!(shown.contains("false same") && shown.contains("nothing"), "{shown}");
}

struct Nobody;

impl Progress for Nobody {
    fn at(&mut self, _: &str, _: f64, _: Duration) {}

    fn is_cancelled(&self) -> bool {
        false
    }
}

/// An injected slowdown must be inside the timer: five times the work, or five iterations for each that counts, takes more
/// than twice as long.
#[test]
fn an_injected_slowdown_is_in_the_time() {
    let Some(spec) = here().into_iter().next() else { return };
    let launcher = Launcher::new(EARLY_EXIT);
    let injected_slowdowns =
        vec![InjectedSlowdown::None, InjectedSlowdown::Work(4.0), InjectedSlowdown::Iterations(4.0)];
    let order = Experiment {
        variants: injected_slowdowns
            .iter()
            .map(|_| ExperimentVariant::new(&BackendSpec::new(spec), &launcher))
            .collect(),
        cell_ids: execute::HASH.cell_ids(false).collect(),
        priority: Vec::new(),
        injected_slowdowns: vec![injected_slowdowns],
        budget: Duration::from_secs(30),
        may_stretch: false,
        launches: Some(6),
        seed: 3,
    };
    let (report, _) = experiment::measure(&order, None, None, &mut Nobody).unwrap();
    let [row] = &estimates::rows(&report)[..] else { panic!("one benchmark was asked for") };
    let ratio = |of: usize| row.cells[of].ratio.as_ref().unwrap().value().exp();
    assert_eq!(report.cells.iter().map(|cell| cell.injected_slowdown).collect::<Vec<_>>(), [0.0, 4.0, 4.0]);
    // The exact factor needs an idle machine, because a busy one interrupts a longer batch more often.
    assert!(ratio(1) > 2.0, "x{}", ratio(1));
    assert!(ratio(2) > 2.0, "x{}", ratio(2));
}

/// An experiment with two native baselines, on the first backend and its A/A control.
fn small_experiment(budget: Duration, launches: Option<u32>) -> Option<Experiment> {
    let spec = here().into_iter().next()?;
    let variant = ExperimentVariant::new(&BackendSpec::new(spec), &Launcher::new(EARLY_EXIT));
    Some(Experiment {
        variants: ExperimentVariant::with_control(vec![variant]),
        cell_ids: [&native::EMPTY, &native::CALL].iter().flat_map(|native| native.cell_ids(false)).collect(),
        priority: Vec::new(),
        injected_slowdowns: Vec::new(),
        budget,
        may_stretch: false,
        launches,
        seed: 5,
    })
}

/// A confirmation run of some of the cells needs no pilot: its batch sizes are those of the first run.
#[test]
fn a_second_look_reuses_the_pilot() {
    let Some(order) = small_experiment(Duration::from_secs(20), Some(2)) else { return };
    let (first, pilot) = experiment::measure(&order, None, None, &mut Nobody).unwrap();
    let (variants, cell_ids) = (order.variants[..1].to_vec(), order.cell_ids[1..].to_vec());
    let part = Experiment { variants, cell_ids, ..order };
    let (second, _) = experiment::measure(&part, Some(&pilot), None, &mut Nobody).unwrap();
    let iterations =
        |report: &Report, n: usize| report.cells[n].launches.iter().map(|l| l.iterations).collect::<Vec<_>>();
    assert_eq!(iterations(&second, 0), iterations(&first, 2));
    assert_eq!((second.cells.len(), second.run.launches_completed), (1, 2));
}

/// If no cell fits in the budget, the error has a budget for one cell and one for all cells. A run with the latter succeeds.
#[test]
fn the_budget_that_is_advised_is_enough() {
    let Some(order) = small_experiment(Duration::from_millis(50), None) else { return };
    let refused = experiment::measure(&order, None, None, &mut Nobody).err().unwrap();
    let BudgetTooSmall { for_one, for_all, .. } = refused.downcast().unwrap();
    assert!(for_one > order.budget && for_all >= for_one);
    let (report, _) = experiment::measure(&Experiment { budget: for_all, ..order }, None, None, &mut Nobody).unwrap();
    assert!(report.cells.iter().any(|cell| cell.skip_reason.is_none()), "{:?}", report.cells);
}
