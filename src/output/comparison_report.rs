//! Renders a comparison: for a terminal, for GitHub, in Markdown.
use std::fmt::Write;

use super::grid::Grid;
use super::terminal::{BAD, BOLD, DIM, GOOD, painted};
use crate::analysis::report_pair;
use crate::lists::listed;
use crate::results::{CellComparison, ChangedMetric, ChangedVerdict, ComparedVariant, Comparison, Metric};
use crate::statistics::RatioVerdict;
use crate::units;

/// The number of cells to name in a long list.
const MAX_NAMED: usize = 8;

/// For a terminal: the differences, then the cells without one.
pub(crate) fn table(comparison: &Comparison) -> String {
    let mut shown = String::new();
    for (n, variant) in comparison.variants.iter().enumerate() {
        let title = painted(BOLD, &format!("{} against {}", variant.label, variant.baseline));
        let _ = writeln!(shown, "{title}{}\n{}", differs(variant), one_side(comparison, n));
    }
    for ChangedVerdict { label, scenario, before, after, worse } in &comparison.changed_verdicts {
        let label = painted(if *worse { BAD } else { BOLD }, label);
        let _ = writeln!(shown, "{label} {scenario}: {before} before, now {after}");
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
        let ChangedMetric { cell_id, metric, before, after, .. } = changed;
        let percent = 100.0 * (after / before - 1.0);
        let [before, after] = [*before, *after].map(|bytes| units::bytes(bytes as u64));
        let _ = writeln!(shown, "{metric} of {cell_id} changed from {before} to {after} ({percent:+.1} %)");
    }
    shown + &without_difference(comparison, &cells)
}

/// The table of the cells that differ, the largest differences first; empty without any.
fn differences(comparison: &Comparison, cells: &[&CellComparison]) -> String {
    let mut grid = Grid::new("verdict", ["cell", "ratio", range(comparison), ""]);
    // The distance of the ratio from 1.
    let distance = |pair: &CellComparison| pair.ratio.map_or(0.0, |ratio| ratio.ln().abs());
    for (verdict, style) in [(RatioVerdict::Slower, BAD), (RatioVerdict::Faster, GOOD)] {
        let mut found: Vec<_> = cells.iter().filter(|pair| pair.verdict == Some(verdict)).collect();
        found.sort_by(|a, b| distance(b).total_cmp(&distance(a)));
        for pair in found {
            let confirmed = painted(DIM, if pair.confirmed { "confirmed" } else { "" });
            let cells = [pair.cell_id.to_string(), ratio(pair), interval(pair), confirmed];
            grid.row(painted(style, word(comparison, verdict)), cells);
        }
    }
    if grid.rows.is_empty() { String::new() } else { grid.terminal() }
}

/// The number of cells without a difference, and the first names of those that have no verdict or an inconclusive one.
fn without_difference(comparison: &Comparison, cells: &[&CellComparison]) -> String {
    let mut shown = String::new();
    let with = |verdict| cells.iter().filter(move |pair| pair.verdict == verdict);
    let [same, without] = [Some(RatioVerdict::Same), None].map(|verdict| with(verdict).count());
    let inconclusive: Vec<_> =
        with(Some(RatioVerdict::Inconclusive)).map(|pair| format!("{} ({})", pair.cell_id, interval(pair))).collect();
    if !cells.is_empty() {
        let _ = writeln!(
            shown,
            "{same} same within {}; {} inconclusive; {without} without a {}",
            margin(comparison),
            inconclusive.len(),
            if comparison.metric == Metric::Instructions { "count" } else { "time" }
        );
    }
    let untimed: Vec<_> = with(None).filter(|pair| !pair.newly_failing).collect();
    for pair in untimed.iter().take(MAX_NAMED) {
        let skip_reason = pair.skip_reason.as_deref().unwrap_or("too few samples");
        let _ = writeln!(shown, "{} {}: {skip_reason}", painted(DIM, "no time:"), pair.cell_id);
    }
    if untimed.len() > MAX_NAMED {
        let _ = writeln!(shown, "{} {} more", painted(DIM, "no time:"), untimed.len() - MAX_NAMED);
    }
    if !inconclusive.is_empty() {
        let _ = writeln!(shown, "{} {}", painted(DIM, "inconclusive:"), listed(&inconclusive, MAX_NAMED));
    }
    shown
}

/// The word for a difference; instructions have no speed.
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
fn headline(comparison: &Comparison) -> String {
    let judged = comparison.cells.iter().filter(|pair| pair.verdict.is_some()).count();
    let broke = comparison.cells.iter().filter(|pair| pair.newly_failing).count();
    let worse = comparison.changed_verdicts.iter().filter(|changed| changed.worse).count();
    let mut parts = Vec::new();
    if judged > 0 {
        let [slower, faster, inconclusive] =
            [RatioVerdict::Slower, RatioVerdict::Faster, RatioVerdict::Inconclusive].map(|it| comparison.count(it));
        if 2 * inconclusive > judged {
            parts.push(format!("{inconclusive} of {judged} cells inconclusive"));
        }
        let [slower_word, faster_word] = match comparison.metric {
            Metric::Time => ["slower", "faster"],
            Metric::Instructions => ["execute more instructions", "fewer"],
        };
        let margin = margin(comparison);
        parts.push(format!("{slower} of {judged} cells {slower_word}, {faster} {faster_word}, by more than {margin}"));
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
    let pairs = [
        (&variant.baseline_backend_info.engine, &variant.backend_info.engine),
        (&variant.baseline_backend_info.compiler, &variant.backend_info.compiler),
        (&variant.baseline_build.revision, &variant.build.revision),
        (&variant.baseline_build.profile, &variant.build.profile),
        (&variant.baseline_build.rustc, &variant.build.rustc),
    ];
    let different = pairs.into_iter().filter(|(was, is)| was != is);
    let different: Vec<_> = different.map(|(was, is)| format!("{was} before, now {is}")).collect();
    if different.is_empty() { String::new() } else { format!(": {}", different.join("; ")) }
}

/// The margin in percent, with as many decimals as it has.
fn margin(comparison: &Comparison) -> String {
    format!("{} %", (comparison.margin * 1e6).round() / 1e4)
}

fn ratio(pair: &CellComparison) -> String {
    pair.ratio.map_or_else(|| "-".into(), |ratio| format!("x{ratio:.3}"))
}

fn interval(pair: &CellComparison) -> String {
    pair.low.zip(pair.high).map_or_else(|| "-".into(), |(low, high)| format!("{low:.3} to {high:.3}"))
}

/// Workflow commands for GitHub: one annotation per regression.
pub(crate) fn annotations(comparison: &Comparison) -> String {
    let mut shown = String::new();
    let mut say = |level: &str, title: String, text: String| {
        let title = escaped(&title).replace(':', "%3A").replace(',', "%2C");
        let _ = writeln!(shown, "::{level} title={title}::{}", escaped(&text));
    };
    let gate = if comparison.is_gate() { "error" } else { "warning" };
    let slower = if comparison.metric == Metric::Instructions { "more instructions" } else { "slower" };
    for (n, variant) in comparison.variants.iter().enumerate() {
        for pair in comparison.cells.iter().filter(|pair| pair.variant == n) {
            let title = format!("{} {}", variant.label, pair.cell_id);
            if pair.verdict == Some(RatioVerdict::Slower) {
                say(gate, title, format!("{slower}: {} ({})", ratio(pair), interval(pair)));
            } else if pair.newly_failing {
                say("error", title, pair.skip_reason.clone().unwrap_or_default());
            }
        }
    }
    for ChangedVerdict { label, scenario, before, after, worse } in &comparison.changed_verdicts {
        if *worse {
            say("error", format!("{label} {scenario}"), format!("{before} before, now {after}"));
        }
    }
    say("notice", "early-exit compare".into(), headline(comparison));
    shown
}

/// Escapes the characters that end a workflow command.
fn escaped(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// Markdown for a job summary or a comment.
pub(crate) fn markdown(comparison: &Comparison) -> String {
    let mut shown = format!("### early-exit: {}\n\n", headline(comparison));
    for (n, variant) in comparison.variants.iter().enumerate() {
        let is_different = |pair: &&CellComparison| {
            pair.newly_failing || matches!(pair.verdict, Some(RatioVerdict::Slower | RatioVerdict::Faster))
        };
        let row = |pair: &CellComparison| {
            let verdict = pair.verdict.map_or("broke", |verdict| word(comparison, verdict));
            format!("| {verdict} | `{}` | {} | {} |", pair.cell_id, ratio(pair), interval(pair))
        };
        let cells = comparison.cells.iter().filter(|pair| pair.variant == n);
        let rows: Vec<_> = cells.filter(is_different).map(row).collect();
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
    for ChangedVerdict { label, scenario, before, after, .. } in &comparison.changed_verdicts {
        let _ = writeln!(shown, "- `{scenario}` on {label}: {before} before, now {}", after.replace('\n', " "));
    }
    for note in &comparison.notes {
        let _ = writeln!(shown, "- {}", note.replace('\n', " "));
    }
    shown
}
