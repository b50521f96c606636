//! `--instructions` and `profile`, under valgrind.
use std::fs;
use std::process::Command;

use early_exit::analysis::instruction_count::InstructionCount;
use early_exit::results::{Comparison, Metric, Report, SkipReason};
use early_exit::sampling::instructions::Profile;
use early_exit::statistics::RatioVerdict;

use crate::{EARLY_EXIT, early_exit, here, json, rejected, reported, stdout, temporary, written};

/// Whether instructions can be counted here; where not, that is said, and what needs it is skipped.
pub(crate) fn is_countable() -> bool {
    let is_here = cfg!(target_os = "linux") && Command::new("valgrind").arg("--version").output().is_ok();
    if !is_here {
        eprintln!("skipped: there is no valgrind here (scripts/install-valgrind)");
        assert!(
            std::env::var_os("CI").is_none() || !cfg!(target_os = "linux"),
            "with CI set, nothing is skipped: scripts/install-valgrind"
        );
    }
    is_here
}

/// A backend that is quick to start, or the native baseline.
fn backend() -> &'static str {
    here().last().copied().unwrap_or("native")
}

fn compared(arguments: &[&str]) -> (Option<i32>, Comparison) {
    let fixed = ["compare", "--instructions", "--no-check", "--format", "json"];
    let output = early_exit(&[&fixed, arguments].concat()).output().unwrap();
    (output.status.code(), json(&output))
}

/// What runs the host function that ends the guest, and what does not.
fn exits_and_others() -> [&'static [&'static str]; 2] {
    match here().is_empty() {
        // Without a backend, a function of the native baseline leaves by the unwinder.
        true => [&["floor/panic"], &["floor/error-value", "floor/backtrace", "floor/fib"]],
        false => [
            &["unwind/typed", "unwind/indirect-leave", "floor/panic"],
            &["call/dynamic", "unwind/typed-return", "floor/error-value", "floor/fib"],
        ],
    }
}

/// Two sides that are the same build are the same, and one percent of a cell's instructions in the host function is found
/// in the cells that run it, and in no other.
#[test]
fn an_injected_slowdown_is_found_and_nothing_else() {
    if !is_countable() {
        return;
    }
    let [exits, others] = exits_and_others();
    let filters: Vec<_> = exits.iter().chain(others).flat_map(|benchmark| ["--filter", benchmark]).collect();
    let arguments = [&["--against", EARLY_EXIT, "--launches", "1", "--backend", backend()][..], &filters].concat();
    let (status, comparison) = compared(&arguments);
    assert_eq!((status, comparison.metric, comparison.margin), (Some(0), Metric::Instructions, 0.005));
    assert!(comparison.cells.len() >= exits.len() + others.len(), "{comparison:?}");
    assert!(comparison.cells.iter().all(|pair| pair.verdict == Some(RatioVerdict::Same)), "{comparison:?}");

    let (status, comparison) = compared(&[&arguments[..], &["--plant", "1"]].concat());
    assert_eq!(status, Some(1));
    for pair in &comparison.cells {
        let runs_it = exits.contains(&pair.cell_id.benchmark.as_str());
        // The unwinder's own count can differ from process to process by more than the margin: then a cell is inconclusive.
        let is_expected = match pair.verdict {
            Some(RatioVerdict::Slower) => runs_it,
            Some(RatioVerdict::Inconclusive) => runs_it && pair.ratio.is_some_and(|ratio| ratio > 1.005),
            other => !runs_it && other == Some(RatioVerdict::Same),
        };
        assert!(is_expected && pair.confirmed == runs_it, "{pair:?}");
    }
}

/// The same cells twice, in other surroundings: the same counts.
#[test]
fn counts_repeat_wherever_they_are_made() {
    if !is_countable() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let counted = |name: &str, elsewhere: bool| -> Report {
        let file = folder.path().join(name);
        let mut arguments = vec!["measure", "--instructions", "--launches", "1", "--backend", backend()];
        arguments.extend(["--filter", "floor/e*", "--filter", "floor/panic", "--filter", "unwind/typed", "-o"]);
        arguments.push(file.to_str().unwrap());
        let mut command = early_exit(&arguments);
        if elsewhere {
            command.current_dir(folder.path()).env("HOME", "/").env("PADDING", "x".repeat(5000));
        }
        let output = command.output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
        let shown = String::from_utf8(output.stdout).unwrap();
        assert!(shown.contains("instructions of the kernel are not counted"), "{shown}");
        Report::read(&file).unwrap()
    };
    let (here, there) = (counted("here.json", false), counted("there.json", true));
    assert_eq!((here.metric, here.cells.len()), (Metric::Instructions, there.cells.len()));
    for (here, there) in here.cells.iter().zip(&there.cells) {
        if matches!(here.skip_reason, Some(SkipReason::Unsupported { .. })) {
            assert_eq!(here.skip_reason, there.skip_reason);
            continue;
        }
        assert!(here.launches.iter().all(|launch| launch.nanoseconds.is_empty()), "a count is no time");
        let [here_count, there_count] =
            [here, there].map(|cell| InstructionCount::of(cell).unwrap_or_else(|| panic!("{cell:?}")));
        // A hash map of another seed takes another way now and then.
        let ratio = here_count.typical / there_count.typical;
        assert!((ratio - 1.0).abs() < 0.005, "{}: {here_count:?}, {there_count:?}", here.cell_id);
    }
    let files = ["here.json", "there.json"].map(|name| folder.path().join(name).to_str().unwrap().to_owned());
    let output = early_exit(&["compare", &files[0], &files[1]]).output().unwrap();
    let shown = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(0), "{shown}");
    assert!(shown.contains("0 of") && shown.contains("more instructions"), "{shown}");
    let rows = stdout(&["report", "--format", "csv", &files[0]]);
    assert!(rows.lines().skip(1).all(|row| row.contains(",instructions,")), "{rows}");
}

/// On every backend, the load of a module of several functions, a trap by signal and an exit have a count, or are not supported.
#[test]
fn every_backend_is_countable() {
    if !is_countable() {
        return;
    }
    let mut arguments = vec!["measure", "--instructions", "--launches", "1"];
    let cells = ["artifact/deserialize/16", "unwind/unreachable", "unwind/typed", "floor/backtrace"];
    arguments.extend(cells.iter().flat_map(|cell| ["--filter", *cell]));
    for cell in &reported(&arguments).0.cells {
        let has_count = InstructionCount::of(cell).is_some();
        assert!(has_count || matches!(cell.skip_reason, Some(SkipReason::Unsupported { .. })), "{cell:?}");
        // What is compared has no search in the unwind table.
        if cell.cell_id.benchmark == "floor/backtrace" {
            let [all, comparable] = [InstructionCount::of(cell), InstructionCount::comparable(cell)]
                .map(|count| count.unwrap_or_else(|| panic!("{cell:?}")).typical);
            assert!(all / 3.0 < comparable && comparable < 0.95 * all, "{comparable} of {all}: {cell:?}");
        }
    }
}

/// Hash maps have the same seeds in each launch, so compilers that use one thread execute the same instructions. A heap without
/// holes lets `realloc` grow the same blocks in place, so walks of the stack copy the same bytes.
#[test]
fn two_launches_have_the_same_count() {
    let same = [
        (["wasmi", "wasmtime-cranelift"].as_slice(), "compile/early-exit", 0.0005),
        // An ending thread of the compiler frees memory meanwhile.
        (["cranelift"].as_slice(), "floor/backtrace", 0.0025),
    ];
    for (backends, benchmark, limit) in same {
        let backends: Vec<_> = here().into_iter().filter(|backend| backends.contains(backend)).collect();
        if !is_countable() || backends.is_empty() {
            continue;
        }
        let mut arguments = vec!["measure", "--instructions", "--launches", "2", "--filter", benchmark];
        arguments.extend(backends.iter().flat_map(|backend| ["--backend", *backend]));
        let (report, _) = reported(&arguments);
        assert!(report.cells.len() >= backends.len());
        for cell in &report.cells {
            let spread = InstructionCount::of(cell).map(|count| count.spread());
            assert!(spread.is_some_and(|spread| spread < limit), "{spread:?}: {cell:?}");
        }
    }
}

/// What cannot be counted says why, and has no number.
#[test]
fn uncountable_cells_give_the_reason() {
    if !is_countable() || here().is_empty() {
        return;
    }
    let fixed = ["measure", "--instructions", "--launches", "1", "--backend", backend()];
    for cell in &reported(&[&fixed[..], &["--filter", "unwind/threads*"]].concat()).0.cells {
        assert!(cell.launches.is_empty());
        assert!(
            matches!(&cell.skip_reason, Some(SkipReason::Unsupported { reason }) if reason.contains("one thread at a time")),
            "{cell:?}"
        );
    }
}

/// The functions of an exit, on a backend; callgrind's own file is kept, and its own tool reads the same from it.
#[test]
fn a_profile_names_the_functions_of_an_exit() {
    if !is_countable() {
        return;
    }
    let (_folder, kept) = temporary("kept");
    let shown = stdout(&["profile", "floor/panic", "--backend", "native", "-o", &kept, "--top", "40"]);
    assert!(shown.contains("_Unwind_RaiseException"), "{shown}");
    let file = fs::read_dir(&kept).unwrap().next().unwrap().unwrap().path();
    let profile = Profile::parse(&fs::read_to_string(&file).unwrap()).unwrap();
    assert_eq!(profile.functions.iter().map(|function| function.own).sum::<u64>(), profile.total);

    let Ok(output) =
        Command::new("callgrind_annotate").args(["--threshold=100", "--show-percs=no"]).arg(&file).output()
    else {
        return eprintln!("skipped: there is no callgrind_annotate here");
    };
    let annotated = String::from_utf8_lossy(&output.stdout).into_owned();
    let mut compared = 0;
    for function in profile.functions.iter().take(10) {
        let Some(name) = &function.name else { continue };
        // A line per file and function, `1,234  file:name [object]`; a function can be of several files.
        let own = |line: &str| line.split_whitespace().next()?.replace(',', "").parse::<u64>().ok();
        let whole = format!(":{name} [{}]", function.object);
        let lines: Vec<_> = annotated.lines().filter(|line| line.ends_with(&whole)).filter_map(own).collect();
        if let [only] = lines[..]
            && !annotated.lines().any(|line| line.ends_with(&format!(":{name}")))
        {
            assert_eq!(only, function.own, "{name} in {}: {annotated}", function.object);
            compared += 1;
        }
    }
    assert!(compared >= 3, "{annotated}");
}

#[test]
fn without_valgrind_the_package_is_named() {
    let arguments = ["measure", "--instructions", "--backend", "native", "--filter", "floor/empty"];
    let output = early_exit(&arguments).env("PATH", "/nowhere").output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let told = String::from_utf8_lossy(&output.stderr);
    let expected = if cfg!(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64"))) {
        &["apt install valgrind", "dnf install valgrind", "brew install valgrind"][..]
    } else {
        &["on Linux with x86-64 or aarch64 only"][..]
    };
    assert!(expected.iter().all(|part| told.contains(part)), "{told}");
}

#[test]
fn times_and_counts_are_not_compared() {
    let fixture = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/report.json");
    let mut report = Report::read(fixture.as_ref()).unwrap();
    report.metric = Metric::Instructions;
    for launch in report.cells.iter_mut().flat_map(|cell| &mut cell.launches) {
        launch.instructions = std::mem::take(&mut launch.nanoseconds);
    }
    let (_folder, counts) = written("counts.json", serde_json::to_string(&report).unwrap());
    assert!(rejected(&["compare", fixture, &counts]).contains("measures ns"));
    // In one report they stand beside each other.
    for format in ["terminal", "markdown", "html"] {
        let shown = stdout(&["report", "--format", format, fixture, &counts]);
        assert!(shown.contains("time beside instructions") || shown.contains("Time beside instructions"), "{shown}");
    }
}
