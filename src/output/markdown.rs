//! The same as on a terminal, in Markdown: for a job summary, an issue or a page.
use std::fmt::Write;

use super::grid::{Grid, escaped};
use super::verdicts;
use super::verdicts::Reason;
use super::{counts, fingerprint, history, measurements};
use crate::analysis::estimates;
use crate::analysis::estimates::{EstimateRow, columns};
use crate::analysis::{best_backend, break_even, breakdown};
use crate::results::{CheckResult, Metric, Report, ReportSet};

/// All that there is to show, the answers first.
pub fn page(gathered: &ReportSet, asked: &break_even::Workload) -> String {
    let mut page = "# early-exit\n".to_owned();
    for (report, name) in gathered.reports.iter().zip(gathered.names()) {
        let _ = write!(page, "\n## {}\n{}", escaped(&name), answers(report, asked));
    }
    for checked in &gathered.checked {
        page += &matrix(checked);
    }
    for (report, name) in gathered.reports.iter().zip(gathered.names()) {
        let _ = write!(page, "\n## Numbers of {}\n{}", escaped(&name), numbers(report));
    }
    page.extend(counts::beside(gathered).iter().map(counts::Beside::markdown));
    page
}

fn answers(report: &Report, asked: &break_even::Workload) -> String {
    let rows = estimates::rows(report);
    let mut shown = String::new();
    // Counts do not rank: they answer no question and break even nowhere.
    let ranks = report.metric == Metric::Time;
    let answers = best_backend::answers(report, &rows);
    if ranks && !answers.is_empty() {
        let times = best_backend::times_grid(report, &answers).markdown();
        let _ = write!(shown, "\n### Which backend\n\n{}\n{times}", best_backend::grid(&answers).markdown());
    }
    let jobs = if ranks { break_even::jobs(report, &rows, asked) } else { vec![] };
    for job in &jobs {
        let _ = write!(shown, "\n### Break-even\n\n{}:\n\n{}", escaped(&job.said()), job.grid(report).markdown());
    }
    if ranks && jobs.is_empty() {
        let _ = write!(shown, "\n{}.\n", escaped(&break_even::none(asked)));
    }
    shown
}

fn numbers(report: &Report) -> String {
    let rows = estimates::rows(report);
    let mut shown = String::new();
    for rows in rows.chunk_by(|left, right| theme(left) == theme(right)) {
        let _ = write!(shown, "\n### {}\n\n{}", theme(&rows[0]), themed(report, rows).markdown());
    }
    for broken in breakdown::all(report).into_iter().filter(|_| report.metric == Metric::Time) {
        let _ = write!(shown, "\n### Where an exit goes\n\n{}", broken.grid(report).markdown());
    }
    let over_releases = history::markdown(report);
    if !over_releases.is_empty() {
        let _ = write!(shown, "\n### Over releases\n\n{over_releases}");
    }
    shown + &notes(report) + &fingerprints(report)
}

fn theme<'a>(row: &'a EstimateRow) -> &'a str {
    row.address.benchmark.split('/').next().unwrap_or_default()
}

fn themed(report: &Report, rows: &[EstimateRow]) -> Grid {
    let columns = columns(report);
    let labels = columns.iter().map(|n| report.subjects[*n].label.clone());
    let mut grid = Grid::new([String::new()].into_iter().chain(labels));
    for row in rows {
        let fastest = row.fastest(report);
        let cells = columns.iter().map(|n| {
            let shown = measurements::cell_text(&row.cells[*n]);
            if fastest == Some(*n) { format!("**{shown}**") } else { shown }
        });
        grid.row([row.address.to_string()].into_iter().chain(cells));
    }
    grid
}

fn notes(report: &Report) -> String {
    let troubles = measurements::troubles(report).into_iter();
    let troubles = troubles.map(|lack| format!("{}: {} ({})", lack.trouble.word(), lack.trouble.reason(), lack.cells));
    let resolution = format!("resolution: {}", measurements::resolution(report, &estimates::rows(report)));
    let notes = troubles.chain([resolution, measurements::legend(report)]).chain(report.run.notes.iter().cloned());
    "\n### Notes\n\n".to_owned() + &notes.map(|note| format!("- {}\n", escaped(&note))).collect::<String>()
}

/// What the numbers are of.
fn fingerprints(report: &Report) -> String {
    let mut machine = Grid::new(["machine", ""]);
    fingerprint::of(report).into_iter().for_each(|(name, value)| machine.row([name.to_owned(), value]));
    let mut subjects = Grid::new(["backend", "engine", "compiler", "licence"]);
    for subject in columns(report).into_iter().map(|n| &report.subjects[n]) {
        subjects
            .row([&subject.label, &subject.about.engine, &subject.about.compiler, &subject.licence].map(String::clone));
    }
    format!("\n### Fingerprint\n\n{}\n{}", machine.markdown(), subjects.markdown())
}

/// A row a scenario, and the reasons below.
fn matrix(checked: &CheckResult) -> String {
    let labels = checked.subjects.iter().map(|subject| subject.label.clone());
    let mut grid = Grid::new(["scenario".to_owned()].into_iter().chain(labels));
    for (scenario, cells) in verdicts::rows(checked) {
        let words = cells.into_iter().map(|played| played.map_or("", |played| played.verdict.word()).to_owned());
        grid.row([scenario.to_owned()].into_iter().chain(words));
    }
    let mut shown = format!("\n## What holds\n\n{}\n", grid.markdown());
    for Reason { verdict, text, on } in verdicts::reasons(checked) {
        let word = verdict.map_or("note", |verdict| verdict.word());
        let on = on.iter().map(|(labels, scenarios)| format!("{labels}: {}", scenarios.join(", ")));
        let _ = writeln!(shown, "- {word}: {} ({})", escaped(&text), escaped(&on.collect::<Vec<_>>().join("; ")));
    }
    shown
}
