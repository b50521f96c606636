use early_exit::sampling::experiment;
use std::fs;
use std::time::Duration;

use early_exit::analysis::estimates;
use early_exit::catalog::benchmark::execute;
use early_exit::results::Calibration;
use early_exit::sampling::experiment::{Experiment, Progress};
use early_exit::sampling::injected_slowdown::InjectedSlowdown;
use early_exit::sampling::variant::ExperimentVariant;
use early_exit::statistics::TimeVerdict;
use early_exit::worker::Launcher;

use crate::{EARLY_EXIT, early_exit, here};

/// Twins of the first backend on a few cells: what they carried is what was timed, and the same is not called another.
#[test]
fn twins_carry_what_they_are_said_to() {
    let Some(backend) = here().into_iter().next() else { return };
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("calibration.json");
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
        "90",
        "--launches",
        "8",
        "--seed",
        "11",
        "-o",
        file.to_str().unwrap(),
    ])
    .output()
    .unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let calibration: Calibration = serde_json::from_str(&fs::read_to_string(file).unwrap()).unwrap();
    let found = &calibration.runs[0].found;
    let carrying = found.iter().filter(|found| found.carried > 0.0).count();
    assert!(0 < carrying && carrying < found.len() / 2, "{carrying} of {}", found.len());
    let (mut carriers, mut of_a_size) = (0, 0);
    for found in found.iter().filter(|found| found.address.benchmark.starts_with("call/")) {
        assert_eq!(found.realised.is_some(), found.carried > 0.0, "{found:?}");
        if let Some(realised) = found.realised {
            carriers += 1;
            of_a_size += usize::from((0.2..5.0).contains(&(realised / found.carried)));
        }
    }
    // A spin that the machine interrupts is longer than it was told to be, but that is not how most of them go.
    assert!(2 * of_a_size > carriers, "{found:?}");
    assert!(found.iter().any(|found| found.address.benchmark == "execute/hash"));
    let false_alarms =
        found.iter().filter(|found| found.carried == 0.0 && found.by_margin == TimeVerdict::Faster).count();
    assert_eq!(false_alarms, 0);
    let shown = String::from_utf8(output.stdout).unwrap();
    assert!(shown.contains("beyond 2 %") && shown.contains("nothing"), "{shown}");
}

struct Nobody;

impl Progress for Nobody {
    fn at(&mut self, _: &str, _: f64, _: Duration) {}

    fn is_cancelled(&self) -> bool {
        false
    }
}

/// What a twin is said to carry must be in what is timed: five times the work takes more than twice as long, and a spin
/// as long as the cell a good deal longer.
#[test]
fn a_handicap_is_really_carried() {
    let Some(spec) = here().into_iter().next() else { return };
    let launcher = Launcher::new(EARLY_EXIT);
    let handicaps = vec![InjectedSlowdown::None, InjectedSlowdown::Work(4.0), InjectedSlowdown::Spin(1.0)];
    let order = Experiment {
        entrants: handicaps.iter().map(|_| ExperimentVariant::new(spec, &launcher)).collect(),
        addresses: execute::HASH.addresses(false).collect(),
        handicaps: vec![handicaps],
        budget: Duration::from_secs(30),
        launches: 6,
        seed: 3,
    };
    let report = experiment::measure(&order, None, &mut Nobody).unwrap();
    let [row] = &estimates::rows(&report)[..] else { panic!("one benchmark was asked for") };
    let ratio = |of: usize| row.cells[of].ratio.as_ref().unwrap().value().exp();
    // By how much is for a machine that does nothing else: on a busy one a longer batch is interrupted more often.
    assert!(ratio(1) > 2.0, "x{}", ratio(1));
    assert!(ratio(2) > 1.2, "x{}", ratio(2));
}
