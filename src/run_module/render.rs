//! Renders a module run.
use std::time::Duration;

use crate::engine::embedding::Trap;
use crate::escape::escaped;
use crate::lists::grouped;
use crate::output::terminal::{BAD, BOLD, DIM, GOOD, painted, table, wrapped, written};
use crate::results::{Variant, Verdict};
use crate::run_module::Step;
use crate::run_module::result::{BackendRun, ModuleRun, StepTaken};
use crate::units;

/// One row per backend; then outcomes, failures and disagreements.
pub fn table_of(run: &ModuleRun) -> String {
    let metrics = &run.module;
    let mut shown = format!(
        "{}: {}, {}, {}, {}\n\n",
        painted(BOLD, &escaped(&metrics.name)),
        units::bytes(metrics.bytes),
        counted(metrics.functions as usize, "function"),
        counted(metrics.imports, "import"),
        counted(metrics.exports, "export"),
    );
    let gap = if run.variants.iter().any(|variant| variant.label.len() > LONG) { 1 } else { 2 };
    let mut rows = table(["backend", "validate", "compile", "serialize", "instance", "call", "artifact", "peak"]);
    for (variant, row) in run.variants.iter().zip(&run.rows) {
        let steps = Step::ALL.iter().map(|step| cell(row.steps.iter().find(|taken| taken.step == *step)));
        let sizes = [row.artifact_bytes, row.peak_bytes].map(|bytes| bytes.map_or("-".into(), units::bytes));
        rows.add_row([variant.label.clone()].into_iter().chain(steps).chain(sizes));
    }
    for column in rows.column_iter_mut() {
        column.set_padding((0, gap));
    }
    shown += &written(&rows);
    shown.push('\n');
    shown += &by_text(run, |row| ended(run, row));
    shown += &exits(run);
    shown += &by_text(run, |row| Some(wrong(row)).filter(|wrong| !wrong.is_empty()));
    shown += &disagreements(run);
    shown.extend(run.absent.iter().map(|absent| painted(DIM, &absent.reason) + "\n"));
    shown
}

/// With longer names the gaps between columns are narrower, so that the table stays within 80 columns.
const LONG: usize = 12;

fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

/// The time of a step, or the word of its verdict.
fn cell(taken: Option<&StepTaken>) -> String {
    match taken {
        None => "-".into(),
        Some(StepTaken { verdict: Verdict::Passed, nanoseconds: Some(took), .. }) => {
            units::time(Duration::from_nanos(*took))
        }
        Some(StepTaken { verdict: Verdict::Unsupported { .. }, .. }) => painted(DIM, "n/a"),
        Some(taken) => painted(BAD, taken.verdict.word()),
    }
}

/// The outcome of the call, with the import calls and the fuel.
fn ended(run: &ModuleRun, row: &BackendRun) -> Option<String> {
    let mut text = match (&row.outcome, &run.invocation) {
        (Some(outcome), Some(invocation)) if row.steps.iter().any(|taken| taken.step == Step::Call) => {
            format!("{invocation} {outcome}")
        }
        (Some(outcome), _) => format!("instantiation {outcome}"),
        (None, None) if row.steps.iter().any(|t| t.step == Step::Instantiate && t.verdict == Verdict::Passed) => {
            "nothing was called: there is no `_start`; --invoke NAME calls an export".into()
        }
        (None, _) => row.calls.as_ref().map(|_| "lost while it ran".to_owned())?,
    };
    if let Some(calls) = &row.calls {
        let last = calls.last.iter().map(|name| escaped(name)).collect::<Vec<_>>().join(", ");
        text += &match calls.made {
            0 => ", with no call of an import".to_owned(),
            1 => format!(", after one call of an import: {last}"),
            made if made as usize > calls.last.len() => format!(", after {made} calls of imports: ..., {last}"),
            made => format!(", after {made} calls of imports: {last}"),
        };
    }
    if let Some(fuel) = row.fuel {
        let everywhere = run.rows.iter().all(|row| row.fuel.is_some());
        text += &format!("; fuel left: {fuel}{}", if everywhere { "" } else { " (where it is counted)" });
    }
    Some(text)
}

/// A space without a line break.
const NO_BREAK: &str = "\u{a0}";

/// The latency of the exits, each the first of its process.
fn exits(run: &ModuleRun) -> String {
    let exit = |(variant, row): (&Variant, &BackendRun)| {
        // Keeps number and unit on one line.
        let took = units::time(Duration::from_nanos(row.exit_nanoseconds?)).replace(' ', NO_BREAK);
        Some(format!("{} {took}", variant.label))
    };
    let took: Vec<_> = run.variants.iter().zip(&run.rows).filter_map(exit).collect();
    if took.is_empty() {
        return String::new();
    }
    wrapped(&format!("{}, the first of its process: {}", painted(BOLD, "latency of the exit"), took.join(", ")))
}

/// The steps that failed, with their reasons.
fn wrong(row: &BackendRun) -> String {
    let bad = row.steps.iter().filter(|taken| taken.verdict != Verdict::Passed).filter(|taken| {
        // The outcome of the call is rendered separately.
        row.outcome.is_none() || !matches!(taken.verdict, Verdict::Failed { .. })
    });
    let lines = bad.map(|StepTaken { step, verdict, .. }| {
        let word = painted(if verdict.is_bad() { BAD } else { DIM }, verdict.word());
        format!("{step} {word}: {}", verdict.reason().unwrap_or_default())
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// Each text once, below its backends.
fn by_text(run: &ModuleRun, of: impl Fn(&BackendRun) -> Option<String>) -> String {
    let rows = run.variants.iter().zip(&run.rows);
    let texts = rows.filter_map(|(variant, row)| Some((of(row)?, variant.label.as_str())));
    let paragraph = |(text, labels): (_, Vec<_>)| wrapped(&format!("{}: {text}", painted(BOLD, &labels.join(", "))));
    grouped(texts).into_iter().map(paragraph).collect()
}

fn disagreements(run: &ModuleRun) -> String {
    if run.rows.len() < 2 {
        return String::new();
    }
    if run.disagreements.is_empty() {
        let (all, finished) = (run.rows.len(), run.rows.iter().filter(|row| row.is_finished()).count());
        let who = match finished {
            2 if all == 2 => "both backends agree".to_owned(),
            _ if finished == all => format!("all {all} backends agree"),
            0 => return not_compared(run),
            1 => format!("1 of {all} backends came to the end: nothing to compare it with"),
            _ => format!("the {finished} of {all} backends that came to the end agree"),
        };
        return format!("{}\n", painted(GOOD, &who)) + &not_compared(run);
    }
    let mut shown = String::new();
    for apart in &run.disagreements {
        shown += &(painted(BAD, &format!("they disagree about {}", apart.property)) + "\n");
        for (text, variants) in &apart.groups {
            let labels: Vec<_> = variants.iter().map(|variant| run.variants[*variant].label.as_str()).collect();
            shown += &format!("  {}: {text}\n", labels.join(", "));
        }
    }
    shown + &not_compared(run)
}

/// Differences that are not compared.
fn not_compared(run: &ModuleRun) -> String {
    let ran_out = |trap| run.rows.iter().any(|row| row.ran_out_of() == Some(trap));
    let mut shown = String::new();
    if ran_out(Trap::CallStackExhausted) {
        shown += "how deep a stack goes is each engine's own: where it is exhausted is no disagreement\n";
    }
    if ran_out(Trap::OutOfFuel) {
        shown += "how fuel is counted is each engine's own: where it is used up is no disagreement\n";
    }
    if run.relaxed_simd {
        shown += "relaxed SIMD allows each engine its own results: other values are no disagreement\n";
    }
    shown
}
