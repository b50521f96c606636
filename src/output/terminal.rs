//! Tables for a terminal. The output stream removes colours if necessary.
use std::fmt::Write;

use anstyle::{AnsiColor, Style};
use comfy_table::{ContentArrangement, Table, presets};

use super::grid::Grid;
use super::verdicts::{self, Reason, ScenarioRow};
use crate::catalog::scenario::early_exit::EXITED_WITH;
use crate::engine::{self, BackendSpec};
use crate::results::{Catalog, CheckResult, Entry, ScenarioResult, Verdict};
use crate::sampling::exit_costs::ExitCosts;
use crate::units;

pub(crate) const BOLD: Style = Style::new().bold();
pub(crate) const DIM: Style = Style::new().dimmed();
pub(crate) const GOOD: Style = AnsiColor::Green.on_default();
const KNOWN: Style = AnsiColor::Yellow.on_default();
pub(crate) const BAD: Style = AnsiColor::Red.on_default().bold();

pub(crate) fn painted(style: Style, text: &str) -> String {
    format!("{style}{text}{style:#}")
}

/// A table that fits the terminal, of any width if stdout is not a terminal.
pub(crate) fn table<'a>(columns: impl IntoIterator<Item = &'a str>) -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Dynamic);
    table.set_header(columns.into_iter().map(|name| painted(BOLD, name)));
    for column in table.column_iter_mut() {
        column.set_padding((0, GAP as u16));
    }
    table
}

/// The gap between columns.
pub(crate) const GAP: usize = 2;

pub(crate) fn written(table: &Table) -> String {
    format!("{}\n", table.trim_fmt())
}

/// The number of visible characters.
pub(crate) fn width(text: &str) -> usize {
    anstream::adapter::strip_str(text).to_string().chars().count()
}

/// A paragraph in lines of 80 columns; all but the first are indented.
pub(crate) fn wrapped(text: &str) -> String {
    let (mut shown, mut column) = (String::new(), 0);
    for (n, line) in text.lines().enumerate() {
        for (place, word) in line.split(' ').enumerate() {
            let begins_line = if place == 0 { n > 0 } else { column + 1 + width(word) > 80 };
            if begins_line {
                shown.push_str("\n  ");
                column = 2;
            } else if place > 0 {
                shown.push(' ');
                column += 1;
            }
            shown.push_str(&word.replace('\u{a0}', " "));
            column += width(word);
        }
    }
    shown + "\n"
}

/// The heading above a backend's transcript.
pub(crate) fn heading(variant: &str) -> String {
    format!("{}\n", painted(BOLD, &format!("== {variant}")))
}

/// The verdicts of one scenario per variant, with the times of the main job if measured.
pub(crate) fn run_table(rows: &[(BackendSpec, ScenarioResult, Option<ExitCosts>)]) -> String {
    let measured = rows.iter().any(|(.., costs)| costs.is_some());
    let times = ["compile", "instantiate", "first exit", "exit", "artifact"];
    let mut grid = Grid::new("backend", ["verdict", "code"].into_iter().chain(times.into_iter().filter(|_| measured)));
    for (spec, result, costs) in rows {
        let code = result.transcript.iter().find_map(|line| line.strip_prefix(EXITED_WITH)).unwrap_or("-");
        let costs = costs.iter().flat_map(|costs| {
            let times = [costs.compile, costs.instantiate, costs.first_exit, costs.exit];
            let artifact = costs.artifact.map_or_else(|| painted(DIM, "n/a"), units::bytes);
            times.into_iter().map(units::time).chain([artifact])
        });
        grid.row(spec.label(), [cell(&result.verdict), code.to_owned()].into_iter().chain(costs));
    }
    grid.terminal()
}

/// A hint for the next command after `run`.
pub(crate) fn next_after_run(alone: bool) -> String {
    let mut missing: Vec<_> = engine::ALL.iter().filter(|known| !known.is_here()).filter_map(|b| b.feature).collect();
    // One feature can enable two backends.
    missing.dedup();
    let more = match (alone, missing.as_slice()) {
        (true, [_, ..]) => format!("add `--features {}` to compare backends, and ", missing.join(",")),
        _ => String::new(),
    };
    painted(DIM, &format!("next: {more}`early-exit check` shows every way to exit on every backend"))
}

fn cell(verdict: &Verdict) -> String {
    let style = match verdict {
        Verdict::Passed => GOOD,
        Verdict::KnownIssue { .. } => KNOWN,
        Verdict::Unsupported { .. } => DIM,
        bad if bad.is_bad() => BAD,
        _ => Style::new(),
    };
    painted(style, verdict.word())
}

/// One row per scenario, one column per variant; below it the reasons and the counts.
pub(crate) fn matrix(check_result: &CheckResult) -> String {
    let labels: Vec<_> = check_result.variants.iter().map(|variant| variant.label.as_str()).collect();
    let rows = verdicts::rows(check_result);
    // The required width: words are not broken.
    let longest = rows.iter().map(|(id, _)| id.len()).max().unwrap_or_default();
    let needed = longest + labels.iter().map(|label| label.len().max(WORD) + GAP).sum::<usize>();
    let is_narrow = terminal_width().is_some_and(|width| width < needed);
    let mut shown = if is_narrow { in_few_columns(&labels, &rows) } else { in_columns(&labels, &rows) };
    for Reason { verdict, text, on } in verdicts::reasons(check_result) {
        let _ = match verdict {
            Some(verdict) => writeln!(shown, "\n{}: {text}", cell(verdict)),
            None => writeln!(shown, "\n{}", painted(KNOWN, &text)),
        };
        for (labels, scenarios) in on {
            let _ = writeln!(shown, "  {}: {}", painted(BOLD, &labels), scenarios.join(", "));
        }
    }
    for absent in &check_result.absent {
        let _ = writeln!(shown, "\n{}", painted(DIM, &absent.reason));
    }
    let counts = verdicts::counts(check_result.results.iter().map(|result| &result.verdict));
    let counts: Vec<_> = counts.iter().map(|(word, count)| format!("{count} {word}")).collect();
    shown + &format!("\n{} cells: {}\n", check_result.results.len(), counts.join(", "))
}

/// The longest verdict.
const WORD: usize = "OVER MEMORY".len();

/// The width of the terminal, if stdout is one.
pub(crate) fn terminal_width() -> Option<usize> {
    Table::new().width().map(usize::from)
}

fn in_columns(labels: &[&str], rows: &[ScenarioRow]) -> String {
    let mut grid = Grid::new("scenario", labels.iter().copied());
    for (id, verdicts) in rows {
        grid.row(*id, verdicts.iter().map(|verdict| verdict.map_or_else(String::new, cell)));
    }
    grid.terminal()
}

/// For a narrow terminal: one word if all variants agree, otherwise one line per variant.
fn in_few_columns(labels: &[&str], rows: &[ScenarioRow]) -> String {
    let mut shown = String::new();
    for (id, verdicts) in rows {
        let words: Vec<_> = verdicts.iter().map(|verdict| verdict.map_or_else(|| "-".into(), cell)).collect();
        if words.iter().all(|word| *word == words[0]) {
            let _ = writeln!(shown, "{} {id}", words[0]);
        } else {
            let _ = writeln!(shown, "{id}");
            for (label, word) in labels.iter().zip(words) {
                let _ = writeln!(shown, "  {word} {label}");
            }
        }
    }
    shown
}

/// Backends, options, scenarios and benchmarks.
pub(crate) fn listing(listing: &Catalog) -> String {
    let mut backends = Grid::new("backend", ["availability", "compiler", "licence", "claims beyond WebAssembly 1.0"]);
    // Options as on the command line, after the backend's name and a colon.
    let mut options = Grid::new("backend", ["option", "values"]);
    for entry in &listing.backends {
        let presence = match (entry.native, entry.feature) {
            (true, _) => "native baseline".into(),
            (_, Some(feature)) if entry.availability == "not compiled in" => {
                format!("not compiled in (--features {feature})")
            }
            _ => entry.availability.clone(),
        };
        let (compiler, claims) = match &entry.backend_info {
            Some(about) => (format!("{}, {}", about.compiler, about.engine), about.wasm_features.join(" ")),
            None => ("-".into(), "-".into()),
        };
        backends.row(entry.name, [presence, compiler, entry.licence.into(), claims]);
        for (key, values) in &entry.options {
            options.row(entry.name, [*key, &values.join(", ")]);
        }
    }
    let options = if options.rows.is_empty() { String::new() } else { options.terminal() + "\n" };
    let entries = |title, entries: &[Entry]| {
        let mut grid = Grid::new(title, [""]);
        entries.iter().for_each(|entry| grid.row(entry.id, [entry.description]));
        grid.terminal()
    };
    let scenarios = entries("scenario", &listing.scenarios);
    let benchmarks = entries("benchmark", &listing.benchmarks);
    format!("{}\n{options}{scenarios}\n{benchmarks}", backends.terminal())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_feature_is_named_twice() {
        let next = next_after_run(true);
        let features = next.split('`').nth(1).and_then(|add| add.strip_prefix("--features ")).unwrap_or_default();
        let features: Vec<_> = features.split(',').collect();
        let once: std::collections::BTreeSet<_> = features.iter().collect();
        assert_eq!(once.len(), features.len(), "{next}");
    }
}
