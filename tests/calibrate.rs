use std::fs;

use early_exit::record::Calibration;
use early_exit::statistics::Verdict;

use crate::{early_exit, here};

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
        "15",
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
    let false_alarms = found.iter().filter(|found| found.carried == 0.0 && found.by_margin == Verdict::Faster).count();
    assert_eq!(false_alarms, 0);
    let shown = String::from_utf8(output.stdout).unwrap();
    assert!(shown.contains("beyond 2 %") && shown.contains("nothing"), "{shown}");
}
