//! Tables for a terminal. The output stream removes colours if necessary.
use std::fmt::Write;

use anstyle::{AnsiColor, Style};
use comfy_table::{ContentArrangement, Table, presets};

use super::verdicts;
use super::verdicts::Reason;
use crate::catalog::scenario::early_exit::EXITED_WITH;
use crate::engine::{self, BackendSpec};
use crate::results::{Catalog, CheckResult, ScenarioResult, Verdict};
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
const GAP: usize = 2;

pub(crate) fn written(table: &Table) -> String {
    format!("{}\n", table.trim_fmt())
}

/// A table whose first column names its rows. If it is wider than the room, it is split into several tables, each with the
/// first column.
pub(crate) fn in_blocks(header: &[&str], rows: &[Vec<String>], room: Option<usize>) -> String {
    let wide = |text: &str| anstream::adapter::strip_str(text).to_string().chars().count();
    let takes = |column: usize| {
        rows.iter().map(|row| wide(&row[column])).chain([wide(header[column])]).max().unwrap_or_default() + GAP
    };
    let mut blocks: Vec<Vec<usize>> = Vec::new();
    let mut left = 0;
    for column in 1..header.len() {
        match blocks.last_mut().filter(|_| takes(column) <= left) {
            Some(block) => block.push(column),
            None => {
                // The last column needs no gap.
                left = room.map_or(usize::MAX, |room| (room + GAP).saturating_sub(takes(0)));
                blocks.push(vec![0, column]);
            }
        }
        left = left.saturating_sub(takes(column));
    }
    let block = |columns: &Vec<usize>| {
        let mut table = table(columns.iter().map(|column| header[*column]));
        table.add_rows(rows.iter().map(|row| columns.iter().map(|column| &row[*column])));
        written(&table)
    };
    blocks.iter().map(block).collect::<Vec<_>>().join("\n")
}

/// A paragraph in lines of 80 columns; all but the first are indented.
pub(crate) fn wrapped(text: &str) -> String {
    let (mut shown, mut column) = (String::new(), 0);
    for (n, line) in text.lines().enumerate() {
        if n > 0 {
            shown.push_str("\n  ");
            column = 2;
        }
        for (n, word) in line.split(' ').enumerate() {
            let width = anstream::adapter::strip_str(word).to_string().chars().count();
            if n > 0 && column + 1 + width > 80 {
                shown.push_str("\n  ");
                column = 2;
            } else if n > 0 {
                shown.push(' ');
                column += 1;
            }
            shown.push_str(&word.replace('\u{a0}', " "));
            column += width;
        }
    }
    shown + "\n"
}

/// The heading above a backend's transcript.
pub fn heading(variant: &str) -> String {
    format!("{}\n", painted(BOLD, &format!("== {variant}")))
}

/// The verdicts of one scenario per variant, with the times of the main job if measured.
pub fn run_table(rows: &[(BackendSpec, ScenarioResult, Option<ExitCosts>)]) -> String {
    let measured = rows.iter().any(|(.., costs)| costs.is_some());
    let times = ["compile", "instantiate", "first exit", "exit", "artifact"];
    let mut table = table(["backend", "verdict", "code"].into_iter().chain(times.into_iter().filter(|_| measured)));
    for (spec, result, costs) in rows {
        let code = result.transcript.iter().find_map(|line| line.strip_prefix(EXITED_WITH)).unwrap_or("-");
        let mut row = vec![spec.label(), cell(&result.verdict), code.to_owned()];
        row.extend(costs.iter().flat_map(|costs| {
            let times = [costs.compile, costs.instantiate, costs.first_exit, costs.exit];
            let artifact = costs.artifact.map_or_else(|| painted(DIM, "n/a"), units::bytes);
            times.into_iter().map(units::time).chain([artifact])
        }));
        table.add_row(row);
    }
    written(&table)
}

/// A hint for the next command after `run`.
pub fn next_after_run(alone: bool) -> String {
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
pub fn matrix<'a>(check_result: &'a CheckResult) -> String {
    let labels: Vec<_> = check_result.variants.iter().map(|variant| variant.label.as_str()).collect();
    let verdict = |result: Option<&'a ScenarioResult>| result.map(|result| &result.verdict);
    let row = |(id, cells): (&'a str, Vec<_>)| (id, cells.into_iter().map(verdict).collect());
    let rows: Vec<ScenarioRow> = verdicts::rows(check_result).into_iter().map(row).collect();
    // The required width: words are not broken.
    let longest = rows.iter().map(|(id, _)| id.len()).max().unwrap_or_default();
    let needed = longest + labels.iter().map(|label| label.len().max(WORD) + 2).sum::<usize>();
    let shown = match terminal_width() {
        Some(width) if width < needed => in_few_columns(&labels, &rows),
        _ => in_columns(&labels, rows),
    };
    shown + &reasons(check_result) + &absent(check_result) + &count(check_result)
}

/// A scenario and its verdict per variant.
type ScenarioRow<'a> = (&'a str, Vec<Option<&'a Verdict>>);

/// The longest verdict.
const WORD: usize = "OVER MEMORY".len();

/// The width of the terminal, if stdout is one.
pub(crate) fn terminal_width() -> Option<usize> {
    Table::new().width().map(usize::from)
}

fn in_columns(labels: &[&str], rows: Vec<ScenarioRow>) -> String {
    let mut table = table(["scenario"].into_iter().chain(labels.iter().copied()));
    for (id, verdicts) in rows {
        let cells = verdicts.into_iter().map(|verdict| verdict.map_or_else(String::new, cell));
        table.add_row([id.to_owned()].into_iter().chain(cells));
    }
    written(&table)
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

/// The reasons, each once, with its variants and scenarios.
fn reasons(check_result: &CheckResult) -> String {
    let mut shown = String::new();
    for Reason { verdict, text, on } in verdicts::reasons(check_result) {
        let _ = match verdict {
            Some(verdict) => writeln!(shown, "\n{}: {text}", cell(verdict)),
            None => writeln!(shown, "\n{}", painted(KNOWN, &text)),
        };
        for (labels, scenarios) in on {
            let _ = writeln!(shown, "  {}: {}", painted(BOLD, &labels), scenarios.join(", "));
        }
    }
    shown
}

fn absent(check_result: &CheckResult) -> String {
    check_result.absent.iter().map(|absent| format!("\n{}\n", painted(DIM, &absent.reason))).collect()
}

fn count(check_result: &CheckResult) -> String {
    let counts = verdicts::counts(check_result.results.iter().map(|result| &result.verdict));
    let counts: Vec<_> = counts.iter().map(|(word, count)| format!("{count} {word}")).collect();
    format!("\n{} cells: {}\n", check_result.results.len(), counts.join(", "))
}

/// Backends, options, scenarios and benchmarks.
pub fn listing(listing: &Catalog) -> String {
    let mut backends = table(["backend", "availability", "compiler", "licence", "claims beyond WebAssembly 1.0"]);
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
        backends.add_row([entry.name.to_owned(), presence, compiler, entry.licence.to_owned(), claims]);
    }
    // Options as on the command line, after the backend's name and a colon.
    let mut options = table(["backend", "option", "values"]);
    for entry in &listing.backends {
        let rows = entry.options.iter().map(|(key, values)| [entry.name, *key, &values.join(", ")].map(str::to_owned));
        options.add_rows(rows);
    }
    let options = if options.is_empty() { String::new() } else { written(&options) + "\n" };
    let entries = |title, entries: &[crate::results::Entry]| {
        let mut table = table([title, ""]);
        table.add_rows(entries.iter().map(|entry| [entry.id, entry.description]));
        written(&table)
    };
    let scenarios = entries("scenario", &listing.scenarios);
    let benchmarks = entries("benchmark", &listing.benchmarks);
    format!("{}\n{options}{scenarios}\n{benchmarks}", written(&backends))
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

    fn shown(room: Option<usize>) -> String {
        let rows = [vec!["typed".to_owned(), "61 ns".into(), "60 ns x0.99".into(), painted(GOOD, "28 ns x0.5")]];
        anstream::adapter::strip_str(&in_blocks(&["call", "a", "b", "c"], &rows, room)).to_string()
    }

    #[test]
    fn a_table_that_has_room_is_one() {
        let whole = "call   a      b            c\ntyped  61 ns  60 ns x0.99  28 ns x0.5\n";
        assert_eq!(shown(None), whole);
        assert_eq!(shown(Some(37)), whole);
    }

    #[test]
    fn long_reasons_are_below_the_table() {
        let two = "call   a      b\ntyped  61 ns  60 ns x0.99\n\ncall   c\ntyped  28 ns x0.5\n";
        assert_eq!(shown(Some(36)), two);
        assert_eq!(shown(Some(0)).lines().filter(|line| line.starts_with("call")).count(), 3);
    }
}
