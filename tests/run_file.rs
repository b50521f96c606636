//! Tests of `run FILE`: modules on every backend.
use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use early_exit::engine::embedding::{Outcome, Trap, Value};
use early_exit::exit_code::ExitCode;
use early_exit::results::Verdict;
use early_exit::run_module::Step;
use early_exit::run_module::result::ModuleRun;

use crate::{EARLY_EXIT, early_exit, here, json, rejected_in_one_line, stdout, written};

/// A module in a temporary folder.
pub(crate) struct Guest {
    _folder: tempfile::TempDir,
    pub(crate) path: PathBuf,
}

impl Guest {
    pub(crate) fn named(name: &str, content: impl AsRef<[u8]>) -> Self {
        let (folder, path) = written(name, content);
        Self { _folder: folder, path: path.into() }
    }

    pub(crate) fn wat(text: &str) -> Self {
        Self::named("guest.wat", text)
    }

    fn name(&self) -> &str {
        self.path.to_str().unwrap()
    }

    /// The result of `run` and its exit status.
    pub(crate) fn run(&self, arguments: &[&str]) -> (ModuleRun, Option<i32>) {
        let output = early_exit(&["run", self.name(), "--json"]).args(arguments).output().unwrap();
        (json(&output), output.status.code())
    }

    /// The error of a `run` that cannot be carried out.
    fn rejected(&self, arguments: &[&str]) -> String {
        rejected_in_one_line(&[&["run", self.name()], arguments].concat())
    }

    /// The outcome of the call on every backend.
    fn outcomes(&self, arguments: &[&str]) -> Vec<Outcome> {
        self.run(arguments).0.rows.into_iter().map(|row| row.outcome.expect("it was called")).collect()
    }
}

/// The same outcome for every backend.
fn everywhere(outcome: &Outcome) -> Vec<Outcome> {
    here().iter().map(|_| outcome.clone()).collect()
}

#[test]
fn every_backend_has_a_row_with_every_step() {
    let guest = Guest::wat(r#"(module (memory (export "memory") 1) (func (export "_start")))"#);
    let (ran, status) = guest.run(&[]);
    if here().is_empty() {
        return;
    }
    assert_eq!(status, Some(0));
    assert_eq!(ran.rows.len(), here().len());
    for row in &ran.rows {
        assert_eq!(row.steps.len(), 5);
        for step in &row.steps {
            // Only an interpreter has no artifact.
            let without = step.step == Step::Serialize && matches!(step.verdict, Verdict::Unsupported { .. });
            assert!(step.verdict == Verdict::Passed || without, "{step:?}");
            assert!(step.nanoseconds.is_some());
            assert!(step.step != Step::Serialize || row.artifact_bytes.is_some() != without);
        }
        assert!(cfg!(not(target_os = "linux")) || row.peak_bytes.unwrap() > 1 << 20);
        assert!(row.state["memory"].starts_with("64 KiB"));
    }
}

#[test]
fn the_table_fits_80_columns() {
    if here().is_empty() {
        return;
    }
    let guest = Guest::wat(
        r#"(module (import "env" "a_function_with_a_rather_long_name" (func $f)) (import "env" "g" (func $g))
            (func (export "_start") call $f call $g call $f call $f call $g))"#,
    );
    let shown = stdout(&["run", guest.name(), "--exit-at", "g#2"]);
    assert!(shown.lines().all(|line| line.chars().count() <= 80), "{shown}");
    let words = shown.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(words.contains("exited early with exit code: 1, after 5 calls of imports: ..., env.g, "), "{shown}");
    assert!(shown.contains("latency of the exit"), "{shown}");
}

#[test]
fn arguments_are_read_by_the_types_of_the_export() {
    if here().is_empty() {
        return;
    }
    let guest = Guest::wat(
        r#"(module
            (func (export "sum") (param i32 i64 f32 f64) (result f64)
              (f64.add (f64.add (f64.convert_i32_s (local.get 0)) (f64.convert_i64_s (local.get 1)))
                       (f64.add (f64.promote_f32 (local.get 2)) (local.get 3)))))"#,
    );
    let sum = |arguments: &[&str]| guest.outcomes(&[&["--invoke", "sum"], arguments].concat());
    let returned = |sum: f64| everywhere(&Outcome::Returned(vec![Value::F64(sum.to_bits())]));
    assert_eq!(sum(&["-1", "0x10", "1.5", "-2.25"]), returned(14.25));
    assert_eq!(sum(&["--", "-1", "-0x10", "-inf", "0"]), returned(f64::NEG_INFINITY));

    let told = guest.rejected(&["--invoke", "sum", "1", "2"]);
    assert!(told.contains("`sum` is sum(i32, i64, f32, f64) -> f64: 2 arguments were given, and it takes 4"), "{told}");
    let told = guest.rejected(&["--invoke", "sum", "1.5", "2", "3", "4"]);
    assert!(told.contains("`1.5` is no i32"), "{told}");
    let told = guest.rejected(&["--invoke", "sun", "1"]);
    assert!(told.contains("did you mean `sum`?"), "{told}");
}

/// A guest that calls WASI imports like a WASI libc, and then exits by `proc_exit`.
const WASI: &str = r#"(module
    (import "wasi_snapshot_preview1" "fd_prestat_get" (func $prestat (param i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "clock_time_get" (func $clock (param i32 i64 i32) (result i32)))
    (import "wasi_unstable" "proc_exit" (func $exit (param i32)))
    (func (export "_start") (local $fd i32)
      (local.set $fd (i32.const 3))
      (loop $next
        (local.set $fd (i32.add (local.get $fd) (i32.const 1)))
        (br_if $next (i32.ne (call $prestat (local.get $fd) (i32.const 0)) (i32.const 8))))
      (call $exit (call $clock (i32.const 0) (i64.const 0) (i32.const 0)))))"#;

#[test]
fn wasi_is_answered_so_that_its_libc_goes_on_and_its_exit_is_one() {
    assert_eq!(Guest::wat(WASI).outcomes(&[]), everywhere(&Outcome::Exited(ExitCode(52))));
    let (ran, _) = Guest::wat(WASI).run(&[]);
    for row in ran.rows {
        assert_eq!(row.calls.unwrap().made, 3);
        assert!(row.exit_nanoseconds.is_some());
    }
}

#[test]
fn a_guest_is_ended_at_the_call_that_is_named() {
    let guest = Guest::wat(WASI);
    let exited = everywhere(&Outcome::Exited(ExitCode(1)));
    for (exit_at, calls) in [("any", 1), ("any#2", 2), ("clock_time_get", 2), ("wasi_unstable.proc_exit", 3)] {
        assert_eq!(guest.outcomes(&["--exit-at", exit_at]), exited, "{exit_at}");
        let (ran, status) = guest.run(&["--exit-at", exit_at]);
        assert_eq!(status, Some(0));
        assert!(ran.rows.iter().all(|row| row.calls.as_ref().unwrap().made == calls), "{exit_at}");
    }
    if !here().is_empty() {
        let told = guest.rejected(&["--exit-at", "clock_time_gat"]);
        assert!(told.contains("did you mean `clock_time_get`?"), "{told}");
    }
}

#[test]
fn imports_of_every_kind_are_met() {
    let guest = Guest::wat(
        r#"(module
            (import "a" "f" (func $f (param i64 f32) (result f64)))
            (import "a" "f" (func $same_name (result i32)))
            (import "a" "m" (memory 1 2))
            (import "a" "t" (table 3 funcref))
            (import "a" "g" (global $g i64))
            (import "a" "v" (global $v (mut f32)))
            (export "left" (global $v))
            (func (export "_start")
              (drop (call $f (i64.const 1) (f32.const 2)))
              (global.set $v (f32.const 1.5))
              (if (i32.or (call $same_name) (i64.ne (global.get $g) (i64.const 0))) (then unreachable))
              (if (i32.ne (i32.add (table.size) (memory.size)) (i32.const 4)) (then unreachable))))"#,
    );
    assert_eq!(guest.outcomes(&[]), everywhere(&Outcome::Returned(vec![])));
    assert!(guest.run(&[]).0.rows.iter().all(|row| row.state["left"] == "1.5"));
}

/// The outcomes of the call on the backends that accept the module; they all agree.
fn agreed(guest: &Guest, arguments: &[&str]) -> Vec<Outcome> {
    let (ran, _) = guest.run(arguments);
    assert_eq!(ran.disagreements, [], "{arguments:?}");
    ran.rows.into_iter().filter_map(|row| row.outcome).collect()
}

fn all_are(outcomes: &[Outcome], expected: &Outcome) {
    assert!(outcomes.iter().all(|outcome| outcome == expected), "{outcomes:?}");
}

#[test]
fn references_to_exceptions_are_values() {
    let guest = Guest::wat(
        r#"(module
            (import "e" "p" (func $p (param exnref) (result i32)))
            (import "e" "n" (func $n (result exnref)))
            (tag $t)
            (func $caught (result exnref)
              (block $h (result exnref) (try_table (catch_all_ref $h) (throw $t)) (unreachable)))
            (func (export "null") (result exnref) (ref.null exn))
            (func (export "caught") (result exnref) (call $caught))
            (func (export "pass") (result i32) (call $p (call $caught)))
            (func (export "made") (result i32) (ref.is_null (call $n)))
            (func (export "throw") (throw_ref (call $n)))
            (func (export "is_null") (param exnref) (result i32) (ref.is_null (local.get 0))))"#,
    );
    let returned = |value| Outcome::Returned(vec![value]);
    all_are(&agreed(&guest, &["--invoke", "null"]), &returned(Value::OtherRef(false)));
    all_are(&agreed(&guest, &["--invoke", "caught"]), &returned(Value::OtherRef(true)));
    all_are(&agreed(&guest, &["--invoke", "pass"]), &returned(Value::I32(0)));
    all_are(&agreed(&guest, &["--invoke", "pass", "--exit-at", "p"]), &Outcome::Exited(ExitCode(1)));
    all_are(&agreed(&guest, &["--invoke", "made"]), &returned(Value::I32(1)));
    all_are(&agreed(&guest, &["--invoke", "throw"]), &Outcome::Trapped(Trap::NullReference));
    all_are(&agreed(&guest, &["--invoke", "is_null", "null"]), &returned(Value::I32(1)));
}

#[test]
fn references_of_garbage_collection_are_values() {
    let guest = Guest::wat(
        r#"(module
            (type $s (struct (field i32))) (type $f (func))
            (import "e" "p" (func $p (param (ref null $s) (ref $s) i31ref)))
            (import "e" "n" (func $n (result anyref (ref null $f) nullexternref exnref)))
            (import "e" "some" (func $some (result (ref $s))))
            (import "e" "g" (global $g (mut anyref)))
            (import "e" "t" (table $t 2 (ref null $s)))
            (export "left" (global $g))
            (func (export "null") (result anyref) (ref.null any))
            (func (export "i31") (result i31ref) (ref.i31 (i32.const 3)))
            (func (export "extern") (result externref) (extern.convert_any (ref.i31 (i32.const 3))))
            (func (export "pass") (call $p (ref.null $s) (struct.new $s (i32.const 3)) (ref.null i31)))
            (func (export "made") (result anyref (ref null $f) nullexternref exnref) (call $n))
            (func (export "some") (drop (call $some)))
            (func (export "takes") (param (ref null $f) arrayref))
            (func (export "takes_some") (param (ref $f))))"#,
    );
    let returned = |values: &[Value]| Outcome::Returned(values.to_vec());
    all_are(&agreed(&guest, &["--invoke", "null"]), &returned(&[Value::OtherRef(false)]));
    all_are(&agreed(&guest, &["--invoke", "i31"]), &returned(&[Value::OtherRef(true)]));
    all_are(&agreed(&guest, &["--invoke", "extern"]), &returned(&[Value::OtherRef(true)]));
    all_are(&agreed(&guest, &["--invoke", "pass"]), &returned(&[]));
    all_are(&agreed(&guest, &["--invoke", "pass", "--exit-at", "p"]), &Outcome::Exited(ExitCode(1)));
    let nulls = [Value::OtherRef(false), Value::FuncRef(false), Value::ExternRef(None), Value::OtherRef(false)];
    all_are(&agreed(&guest, &["--invoke", "made"]), &returned(&nulls));
    for outcome in agreed(&guest, &["--invoke", "some"]) {
        assert!(outcome.to_string().ends_with("no reference that is not null can be made up"), "{outcome}");
    }
    all_are(&agreed(&guest, &["--invoke", "takes", "null", "null"]), &returned(&[]));
    let told = guest.rejected(&["--invoke", "takes_some", "null"]);
    assert!(told.contains("takes_some(non-null reference): `null` is no non-null reference"), "{told}");
}

#[test]
fn an_import_that_cannot_be_made_up_is_unsupported() {
    for import in
        ["(global (ref func))", "(table 2 (ref func))", "(table 2 exnref)", "(global exnref)", "(global (mut exnref))"]
    {
        let (ran, status) = Guest::wat(&format!(r#"(module (import "e" "x" {import}))"#)).run(&[]);
        assert_eq!((ran.disagreements, status), (vec![], Some(0)), "{import}");
    }
}

#[test]
fn an_exit_in_the_start_function_is_an_exit() {
    let guest = Guest::wat(r#"(module (import "a" "f" (func $f)) (start $f))"#);
    assert_eq!(guest.outcomes(&["--exit-at", "f"]), everywhere(&Outcome::Exited(ExitCode(1))));
    let (ran, status) = guest.run(&[]);
    assert_eq!(status, if here().is_empty() { Some(2) } else { Some(0) });
    assert!(ran.rows.iter().all(|row| row.outcome.is_none()), "nothing is called where nothing was named");
}

#[test]
fn a_trap_is_a_step_that_failed() {
    let guest = Guest::wat(r#"(module (func (export "_start") unreachable))"#);
    let (ran, status) = guest.run(&[]);
    if !here().is_empty() {
        assert_eq!(status, Some(1));
        assert_eq!(ran.disagreements, []);
    }
    for row in ran.rows {
        assert_eq!(row.steps[4].verdict, Verdict::Failed { reason: "trapped: unreachable".into() });
    }
}

#[test]
fn fuel_that_a_start_function_uses_up_is_out_of_fuel() {
    let endless = Guest::wat("(module (func $f (loop br 0)) (start $f))");
    let (ran, _) = endless.run(&["--fuel", "1000"]);
    assert_eq!(ran.disagreements, []);
    for row in &ran.rows {
        assert_eq!(row.outcome, Some(Outcome::Trapped(early_exit::engine::embedding::Trap::OutOfFuel)));
        assert_eq!(row.steps.last().unwrap().step, Step::Instantiate);
    }
    // A start function that returns runs once, before the call. A trap in a start function is not out of fuel.
    let counts = Guest::wat(
        r#"(module (global $g (export "g") (mut i32) (i32.const 0))
            (func $f (global.set $g (i32.add (global.get $g) (i32.const 1)))) (start $f)
            (func (export "_start") (if (i32.ne (global.get $g) (i32.const 1)) (then unreachable))))"#,
    );
    let (ran, status) = counts.run(&["--fuel", "1000"]);
    assert!(here().is_empty() || status == Some(0));
    assert!(ran.rows.iter().all(|row| row.state["g"] == "1"), "{:?}", ran.rows);
    let traps = Guest::wat("(module (func $f unreachable) (start $f))");
    for row in traps.run(&["--fuel", "1000"]).0.rows {
        assert_eq!(row.outcome.unwrap().to_string(), "trapped: unreachable");
    }
}

#[test]
fn how_deep_a_stack_goes_is_no_disagreement_and_the_table_says_so() {
    let guest = Guest::wat(
        r#"(module (import "env" "f" (func $f)) (global $depth (export "depth") (mut i32) (i32.const 0))
            (func $g (export "_start") (global.set $depth (i32.add (global.get $depth) (i32.const 1))) call $f call $g
              call $f))"#,
    );
    let (ran, _) = guest.run(&[]);
    assert_eq!(ran.disagreements, []);
    if here().len() > 1 {
        let shown = stdout(&["run", guest.name()]);
        assert!(shown.contains("how deep a stack goes is each engine's own"), "{shown}");
        assert!(!shown.contains("agree\n"), "{shown}");
    }
}

#[test]
fn fuel_ends_an_endless_guest() {
    let guest = Guest::wat(r#"(module (func (export "_start") (loop br 0)) (func (export "f")))"#);
    for row in guest.run(&["--fuel", "10000"]).0.rows {
        assert_eq!(row.steps[4].verdict.to_string(), "FAILED: trapped: out of fuel");
        assert_eq!(row.fuel, Some(0));
    }
    for row in guest.run(&["--fuel", "10000", "--invoke", "f"]).0.rows {
        assert_eq!(row.outcome, Some(Outcome::Returned(vec![])));
        assert!((9_000..10_000).contains(&row.fuel.unwrap()));
    }
}

#[test]
fn a_refused_module_has_a_reason_and_other_backends_continue() {
    // Depending on the backend, the module is valid, unsupported or rejected.
    let guest = Guest::wat("(module (func (param v128) (result v128) local.get 0) (func (export \"_start\")))");
    let (ran, status) = guest.run(&[]);
    assert_eq!(ran.rows.len(), here().len());
    let bad = ran.rows.iter().filter(|row| row.is_bad()).count();
    assert!(here().is_empty() || status == Some(i32::from(bad > 0)));
    assert_eq!(ran.disagreements.is_empty(), bad == 0 || bad == ran.rows.len());
}

#[test]
fn a_module_comes_from_standard_input_too() {
    if here().is_empty() {
        return;
    }
    let mut child =
        Command::new(EARLY_EXIT).args(["run", "-"]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(b"(module (func (export \"_start\")))").unwrap();
    let output = child.wait_with_output().unwrap();
    let shown = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success() && shown.starts_with("standard input: "), "{shown}");
}

/// A pipe with a name, as in `run <(cat guest.wasm)`, cannot be read a second time.
#[test]
#[cfg(target_os = "linux")]
fn a_module_comes_from_a_pipe_with_a_name() {
    if here().is_empty() {
        return;
    }
    let mut command = Command::new(EARLY_EXIT);
    let mut child = command.args(["run", "/dev/stdin"]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(&wat::parse_str("(module (func (export \"_start\")))").unwrap()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
}

#[test]
fn an_invalid_module_is_rejected_in_one_line() {
    if here().is_empty() {
        return;
    }
    let whole = wat::parse_str(WASI).unwrap();
    for (content, expected) in [
        (b"".as_slice(), "empty"),
        (&whole[..whole.len() - 9], "cut off"),
        (b"\0asm\x0d\0\x01\0", "a component, not a module"),
        (b"good day", "no text of one"),
        (&[0xff; 64], "does not begin"),
    ] {
        let told = Guest::named("guest.wasm", content).rejected(&[]);
        assert!(told.contains(expected) && told.contains("guest.wasm"), "{told}");
    }
    assert!(rejected_in_one_line(&["run", "nowhere.wasm"]).contains("no such file"));
}

#[test]
fn a_scenario_and_a_file_are_never_confused() {
    let Some(backend) = here().into_iter().next() else { return };
    let folder = tempfile::tempdir().unwrap();
    let run = |what: &str| {
        let output = early_exit(&["run", what, "--backend", backend]).current_dir(&folder).output().unwrap();
        (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap())
    };
    fs::write(folder.path().join("early-exit"), "(module)").unwrap();
    assert!(run("early-exit").0.contains("Exited early with exit code: 1"));
    assert!(run("./early-exit").0.starts_with("early-exit: "));
    assert!(run("early-exit.wasm").1.contains("early-exit.wasm: there is no such file"));
    fs::write(folder.path().join("another"), "(module)").unwrap();
    assert!(run("another").0.starts_with("another: "));
    fs::write(folder.path().join("guest.wat"), "(module)").unwrap();
    assert!(run("guest.wad").1.contains("did you mean the file `guest.wat`?"));
}

#[test]
fn misspelled_names_get_suggestions() {
    for (typed, meant) in [
        ("chekc", "the command `check`"),
        ("erly-exit", "the scenario `early-exit`"),
        ("trap/unreachble", "trap/unreachable"),
    ] {
        let output = early_exit(&[typed]).output().unwrap();
        let told = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2));
        assert!(told.contains("did you mean") && told.contains(meant), "{told}");
    }
}

#[test]
fn a_byte_order_mark_before_a_text_is_skipped() {
    let guest = Guest::wat("\u{feff}(module (func (export \"_start\")))");
    assert_eq!(guest.outcomes(&[]), everywhere(&Outcome::Returned(vec![])));
}

#[test]
fn an_exit_that_no_call_reached_is_warned_of() {
    let guest = Guest::wat("(module (import \"env\" \"stop\" (func)) (func (export \"_start\")))");
    let output = early_exit(&["run", guest.name(), "--exit-at", "any"]).output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(told.contains("warning: ") && told.contains("--exit-at any"), "{told}");
}

#[test]
fn a_segment_that_does_not_fit_is_not_called_a_start_function() {
    let guest = Guest::wat("(module (memory 1) (data (i32.const 65536) \"x\"))");
    let shown = stdout(&["run", guest.name()]);
    assert!(shown.contains("instantiation trapped: out of bounds memory access"), "{shown}");
    assert!(!shown.contains("start function"), "{shown}");
}
