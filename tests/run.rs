//! Tests of `run` with a scenario.
use crate::{early_exit, here, stdout};

const FOUR_LINES: &str = "\
Compiling module...
Instantiating module...
Calling `run` function...
Exited early with exit code: 1
";

#[test]
fn one_backend_prints_exactly_the_four_lines() {
    for backend in here() {
        early_exit(&["--backend", backend]).assert().success().stdout(FOUR_LINES);
        early_exit(&["run", "early-exit", "--backend", backend]).assert().success().stdout(FOUR_LINES);
    }
}

#[test]
fn several_backends_print_headings_and_a_table() {
    let all = here();
    if let [first, second, ..] = all.as_slice() {
        let output = stdout(&["--backend", first, "--backend", second]);
        assert!(output.starts_with(&format!("== {first}\n{FOUR_LINES}\n== {second}\n{FOUR_LINES}\n")), "{output}");
        let table: Vec<_> = output.lines().skip_while(|line| !line.starts_with("backend")).collect();
        assert_eq!(table.len(), 3, "{output}");
        for (row, backend) in table[1..].iter().zip([first, second]) {
            let cells: Vec<_> = row.split("  ").map(str::trim).filter(|cell| !cell.is_empty()).collect();
            assert_eq!(cells[..3], [*backend, "passed", "1"], "{output}");
            assert_eq!(cells.len(), 8, "every cost has a value: {output}");
        }
    }
}

#[test]
fn the_scenarios_of_wasmers_documentation_print_their_original_text() {
    for backend in here() {
        early_exit(&["run", "interrupt-execution", "--backend", backend])
            .assert()
            .success()
            .stdout("interrupt_execution called!\nError from exit_early: interrupted\nSuccess!\n");
        let output = stdout(&["run", "dynamic-exit", "--backend", backend]);
        assert!(output.ends_with("Exited early with: exit code: 1\n"), "{output}");
    }
}

#[test]
fn a_failed_scenario_names_the_observed_line_and_exits_with_1() {
    for backend in here() {
        let assert = early_exit(&["run", "fault/wrong-code", "--backend", backend]).assert().code(1);
        let stderr = String::from_utf8_lossy(&assert.get_output().stderr).into_owned();
        assert!(stderr.contains("FAILED") && stderr.contains("exit code: 2"), "{stderr}");
    }
}

#[test]
fn the_suggested_next_command_is_on_stderr() {
    for backend in here() {
        let output = early_exit(&["--backend", backend]).output().unwrap();
        assert!(String::from_utf8_lossy(&output.stderr).contains("early-exit check"));
    }
}
