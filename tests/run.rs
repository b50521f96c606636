use crate::{early_exit, here, stdout};

const FOUR_LINES: &str = "\
Compiling module...
Instantiating module...
Calling `run` function...
Exited early with exit code: 1
";

#[test]
fn one_backend_prints_the_four_lines_and_nothing_else() {
    for backend in here() {
        early_exit(&["--backend", backend]).assert().success().stdout(FOUR_LINES);
        early_exit(&["run", "early-exit", "--backend", backend]).assert().success().stdout(FOUR_LINES);
    }
}

#[test]
fn several_print_a_heading_each_and_a_table() {
    let all = here();
    if let [first, second, ..] = all.as_slice() {
        let shown = stdout(&["--backend", first, "--backend", second]);
        assert!(shown.starts_with(&format!("== {first}\n{FOUR_LINES}\n== {second}\n{FOUR_LINES}\n")), "{shown}");
        let table: Vec<_> = shown.lines().skip_while(|line| !line.starts_with("backend")).collect();
        assert_eq!(table.len(), 3, "{shown}");
        for (row, backend) in table[1..].iter().zip([first, second]) {
            let cells: Vec<_> = row.split("  ").map(str::trim).filter(|cell| !cell.is_empty()).collect();
            assert_eq!(cells[..3], [*backend, "passed", "1"], "{shown}");
            assert_eq!(cells.len(), 8, "every cost was measured: {shown}");
        }
    }
}

#[test]
fn the_old_page_and_the_one_for_go_have_their_own_words() {
    for backend in here() {
        early_exit(&["run", "interrupt-execution", "--backend", backend])
            .assert()
            .success()
            .stdout("interrupt_execution called!\nError from exit_early: interrupted\nSuccess!\n");
        let shown = stdout(&["run", "dynamic-exit", "--backend", backend]);
        assert!(shown.ends_with("Exited early with: exit code: 1\n"), "{shown}");
    }
}

#[test]
fn a_run_that_goes_wrong_names_what_came_and_exits_with_1() {
    for backend in here() {
        let assert = early_exit(&["run", "drill/wrong-code", "--backend", backend]).assert().code(1);
        let told = String::from_utf8_lossy(&assert.get_output().stderr).into_owned();
        assert!(told.contains("FAILED") && told.contains("exit code: 2"), "{told}");
    }
}

#[test]
fn what_to_try_next_is_on_stderr() {
    for backend in here() {
        let output = early_exit(&["--backend", backend]).output().unwrap();
        assert!(String::from_utf8_lossy(&output.stderr).contains("early-exit check"));
    }
}
