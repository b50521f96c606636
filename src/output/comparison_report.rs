//! Renders a comparison: for a terminal, for GitHub, in Markdown.
use std::fmt::Write;

use super::terminal::{BAD, BOLD, DIM, GOOD, painted, table as terminal_table, written};
use crate::analysis::report_pair;
use crate::lists::listed;
use crate::results::{CellComparison, ComparedVariant, Comparison, Metric};
use crate::statistics::RatioVerdict;
use crate::units;

/// The number of cells to name in a long list.
const MAX_NAMED: usize = 8;

/// For a terminal: the differences, then the cells without one.
pub fn table(comparison: &Comparison) -> String {
    let mut shown = String::new();
    for (n, variant) in comparison.variants.iter().enumerate() {
        let _ = writeln!(
            shown,
            "{}{}",
            painted(BOLD, &format!("{} against {}", variant.label, variant.baseline)),
            differs(variant)
        );
        shown += &one_side(comparison, n);
        shown.push('\n');
    }
    for changed in &comparison.changed_verdicts {
        let style = if changed.worse { BAD } else { BOLD };
        let _ = writeln!(
            shown,
            "{} {}: {} before, now {}",
            painted(style, &changed.label),
            changed.scenario,
            changed.before,
            changed.after
        );
    }
    shown += &format!("{}: {}\n", painted(BOLD, "summary"), headline(comparison));
    if !comparison.is_gate() && !comparison.cells.is_empty() {
        shown += "two files: times are relative to the native baselines of each run, and the drift between the runs widens every interval;\n\
                  this is advice only; `compare --baseline` measures both builds in the same rounds\n";
    }
    for note in &comparison.notes {
        let _ = writeln!(shown, "{} {note}", painted(BOLD, "note:"));
    }
    shown
}

/// The cells of a variant: the differences, then new failures, changed metrics, and the cells without a difference.
fn one_side(comparison: &Comparison, variant: usize) -> String {
    let cells: Vec<_> = comparison.cells.iter().filter(|pair| pair.variant == variant).collect();
    let mut shown = differences(comparison, &cells);
    for pair in cells.iter().filter(|pair| pair.newly_failing) {
        let skip_reason = pair.skip_reason.as_deref().unwrap_or_default();
        let _ = writeln!(shown, "{} {}: {skip_reason}", painted(BAD, "broke"), pair.cell_id);
    }
    for changed in comparison.changed_metrics.iter().filter(|changed| changed.variant == variant) {
        let percent = 100.0 * (changed.after / changed.before - 1.0);
        let [before, after] = [changed.before, changed.after].map(|bytes| units::bytes(bytes as u64));
        let _ = writeln!(
            shown,
            "{} of {} changed from {before} to {after} ({percent:+.1} %)",
            changed.metric, changed.cell_id
        );
    }
    shown + &without_difference(comparison, &cells)
}

/// The table of the cells that differ, the largest differences first; empty without any.
fn differences(comparison: &Comparison, cells: &[&CellComparison]) -> String {
    let mut table = terminal_table(["verdict", "cell", "ratio", range(comparison), ""]);
    for verdict in [RatioVerdict::Slower, RatioVerdict::Faster] {
        let mut found: Vec<_> = cells.iter().filter(|pair| pair.verdict == Some(verdict)).collect();
        found.sort_by(|a, b| far(b).total_cmp(&far(a)));
        for pair in found {
            let style = if verdict == RatioVerdict::Slower { BAD } else { GOOD };
            let confirmed = if pair.confirmed { "confirmed" } else { "" };
            table.add_row([
                painted(style, word(comparison, verdict)),
                pair.cell_id.to_string(),
                ratio(pair),
                interval(pair),
                painted(DIM, confirmed),
            ]);
        }
    }
    if table.is_empty() { String::new() } else { written(&table) }
}

/// The number of cells without a difference, and the first names of those that have no verdict or an inconclusive one.
fn without_difference(comparison: &Comparison, cells: &[&CellComparison]) -> String {
    let mut shown = String::new();
    let same = cells.iter().filter(|pair| pair.verdict == Some(RatioVerdict::Same)).count();
    let without = cells.iter().filter(|pair| pair.verdict.is_none()).count();
    let inconclusive: Vec<_> = cells.iter().filter(|pair| pair.verdict == Some(RatioVerdict::Inconclusive)).collect();
    if !cells.is_empty() {
        let _ = writeln!(
            shown,
            "{same} same within {}; {} inconclusive; {without} without a {}",
            margin(comparison),
            inconclusive.len(),
            if comparison.metric == Metric::Instructions { "count" } else { "time" }
        );
    }
    let untimed: Vec<_> = cells.iter().filter(|pair| pair.verdict.is_none() && !pair.newly_failing).collect();
    for pair in untimed.iter().take(MAX_NAMED) {
        let skip_reason = pair.skip_reason.as_deref().unwrap_or("too few samples");
        let _ = writeln!(shown, "{} {}: {skip_reason}", painted(DIM, "no time:"), pair.cell_id);
    }
    if untimed.len() > MAX_NAMED {
        let _ = writeln!(shown, "{} {} more", painted(DIM, "no time:"), untimed.len() - MAX_NAMED);
    }
    if !inconclusive.is_empty() {
        let named: Vec<_> = inconclusive.iter().map(|pair| format!("{} ({})", pair.cell_id, interval(pair))).collect();
        let _ = writeln!(shown, "{} {}", painted(DIM, "inconclusive:"), listed(&named, MAX_NAMED));
    }
    shown
}

/// The word for a verdict; instructions have no speed.
fn word(comparison: &Comparison, verdict: RatioVerdict) -> &'static str {
    match (comparison.metric, verdict) {
        (Metric::Instructions, RatioVerdict::Slower) => "more",
        (Metric::Instructions, RatioVerdict::Faster) => "fewer",
        (_, RatioVerdict::Slower) => "slower",
        (_, RatioVerdict::Faster) => "faster",
        (_, RatioVerdict::Same) => "same",
        (_, RatioVerdict::Inconclusive) => "inconclusive",
    }
}

/// The meaning of a ratio's range.
fn range(comparison: &Comparison) -> &'static str {
    if comparison.metric == Metric::Instructions { "repeats" } else { "95 %" }
}

/// The result in one sentence; inconclusive cells come first.
pub fn headline(comparison: &Comparison) -> String {
    let count = |verdict| comparison.count(verdict);
    let judged = comparison.cells.iter().filter(|pair| pair.verdict.is_some()).count();
    let broke = comparison.cells.iter().filter(|pair| pair.newly_failing).count();
    let worse = comparison.changed_verdicts.iter().filter(|changed| changed.worse).count();
    let mut parts = Vec::new();
    if judged > 0 {
        let (slower, faster, inconclusive) =
            (count(RatioVerdict::Slower), count(RatioVerdict::Faster), count(RatioVerdict::Inconclusive));
        if 2 * inconclusive > judged {
            parts.push(format!("{inconclusive} of {judged} cells inconclusive"));
        }
        parts.push(match comparison.metric {
            Metric::Time => {
                format!("{slower} of {judged} cells slower, {faster} faster, by more than {}", margin(comparison))
            }
            Metric::Instructions => format!(
                "{slower} of {judged} cells execute more instructions, {faster} fewer, by more than {}",
                margin(comparison)
            ),
        });
    }
    if broke > 0 {
        parts.push(format!("{broke} cells newly fail"));
    }
    if worse > 0 {
        parts.push(format!("{worse} scenarios newly fail"));
    }
    if parts.is_empty() {
        parts.push(format!("{} scenarios changed, none newly fails", comparison.changed_verdicts.len()));
    }
    parts.join("; ")
}

/// The differences between a variant and its baseline: engine, compiler, build. Empty for different backends.
fn differs(variant: &ComparedVariant) -> String {
    if !report_pair::is_same_backend(&variant.label, &variant.baseline) {
        return String::new();
    }
    let cells = [
        (&variant.baseline_backend_info.engine, &variant.backend_info.engine),
        (&variant.baseline_backend_info.compiler, &variant.backend_info.compiler),
        (&variant.baseline_build.revision, &variant.build.revision),
        (&variant.baseline_build.profile, &variant.build.profile),
        (&variant.baseline_build.rustc, &variant.build.rustc),
    ];
    let selected: Vec<_> =
        cells.into_iter().filter(|(was, is)| was != is).map(|(was, is)| format!("{was} before, now {is}")).collect();
    if selected.is_empty() { String::new() } else { format!(": {}", selected.join("; ")) }
}

/// The distance of the ratio from 1.
fn far(pair: &CellComparison) -> f64 {
    pair.ratio.map_or(0.0, |ratio| ratio.ln().abs())
}

/// The margin in percent, with as many decimals as it has.
fn margin(comparison: &Comparison) -> String {
    format!("{} %", (comparison.margin * 1e6).round() / 1e4)
}

fn ratio(pair: &CellComparison) -> String {
    pair.ratio.map_or_else(|| "-".into(), |ratio| format!("x{ratio:.3}"))
}

fn interval(pair: &CellComparison) -> String {
    match (pair.low, pair.high) {
        (Some(low), Some(high)) => format!("{low:.3} to {high:.3}"),
        _ => "-".into(),
    }
}

/// Workflow commands for GitHub: one annotation per regression.
pub fn annotations(comparison: &Comparison) -> String {
    let mut shown = String::new();
    let mut say = |level: &str, title: String, text: String| {
        let _ = writeln!(shown, "::{level} title={}::{}", property(&title), data(&text));
    };
    let gate = if comparison.is_gate() { "error" } else { "warning" };
    for (n, variant) in comparison.variants.iter().enumerate() {
        for pair in comparison.cells.iter().filter(|pair| pair.variant == n) {
            let title = format!("{} {}", variant.label, pair.cell_id);
            if pair.verdict == Some(RatioVerdict::Slower) {
                say(gate, title, format!("{}: {} ({})", more(comparison), ratio(pair), interval(pair)));
            } else if pair.newly_failing {
                say("error", title, pair.skip_reason.clone().unwrap_or_default());
            }
        }
    }
    for changed in comparison.changed_verdicts.iter().filter(|changed| changed.worse) {
        say(
            "error",
            format!("{} {}", changed.label, changed.scenario),
            format!("{} before, now {}", changed.before, changed.after),
        );
    }
    say("notice", "early-exit compare".into(), headline(comparison));
    shown
}

/// The word for a slower cell in an annotation.
fn more(comparison: &Comparison) -> &'static str {
    if comparison.metric == Metric::Instructions { "more instructions" } else { "slower" }
}

/// Escapes the characters that end a workflow command.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

/// Markdown for a job summary or a comment.
pub fn markdown(comparison: &Comparison) -> String {
    let mut shown = format!("### early-exit: {}\n\n", headline(comparison));
    for (n, variant) in comparison.variants.iter().enumerate() {
        let selected = comparison.cells.iter().filter(|pair| {
            pair.variant == n
                && (pair.newly_failing || matches!(pair.verdict, Some(RatioVerdict::Slower | RatioVerdict::Faster)))
        });
        let rows: Vec<_> = selected
            .map(|pair| {
                let verdict = pair.verdict.map_or("broke", |verdict| word(comparison, verdict));
                format!("| {verdict} | `{}` | {} | {} |", pair.cell_id, ratio(pair), interval(pair))
            })
            .collect();
        if !rows.is_empty() {
            let _ = writeln!(
                shown,
                "**{}** against {}{}\n\n| verdict | cell | ratio | {} |\n| --- | --- | ---: | --- |\n{}\n",
                variant.label,
                variant.baseline,
                differs(variant),
                range(comparison),
                rows.join("\n")
            );
        }
    }
    for changed in &comparison.changed_verdicts {
        let _ = writeln!(
            shown,
            "- `{}` on {}: {} before, now {}",
            changed.scenario,
            changed.label,
            changed.before,
            changed.after.replace('\n', " ")
        );
    }
    for note in &comparison.notes {
        let _ = writeln!(shown, "- {}", note.replace('\n', " "));
    }
    shown
}
