//! Renders results as Markdown, for a job summary, an issue or a page.
use std::fmt::Write;

use super::grid::{Grid, escaped};
use super::verdicts;
use super::verdicts::Reason;
use super::{counts, fingerprint, history, measurements, stopping, tables};
use crate::analysis::estimates;
use crate::analysis::estimates::{EstimateRow, columns};
use crate::analysis::{best_backend, break_even, breakdown};
use crate::results::{CheckResult, Metric, Report, ReportSet};

/// The page: answers first.
pub fn page(report_set: &ReportSet, workload: &break_even::Workload) -> String {
    let mut page = "# early-exit\n".to_owned();
    for (report, name) in report_set.reports.iter().zip(report_set.names()) {
        let _ = write!(page, "\n## {}\n{}", escaped(&name), answers(report, workload));
    }
    for check_result in &report_set.checks {
        page += &matrix(check_result);
    }
    for (report, name) in report_set.reports.iter().zip(report_set.names()) {
        let _ = write!(page, "\n## Numbers of {}\n{}", escaped(&name), numbers(report));
    }
    page.extend(counts::times_and_counts(report_set).iter().map(counts::TimeAndCount::markdown));
    page
}

fn answers(report: &Report, workload: &break_even::Workload) -> String {
    let rows = estimates::rows(report);
    let mut shown = String::new();
    // Counts do not rank backends, so they give no answers and no break-even.
    let ranks = report.metric == Metric::Time;
    let answers = best_backend::answers(report, &rows);
    if ranks && !answers.is_empty() {
        let times = tables::answer_times(report, &answers).markdown();
        let _ = write!(shown, "\n### Which backend\n\n{}\n{times}", tables::answers(&answers).markdown());
    }
    let jobs = if ranks { break_even::jobs(report, &rows, workload) } else { vec![] };
    for job in &jobs {
        let _ = write!(
            shown,
            "\n### Break-even\n\n{}:\n\n{}",
            escaped(&job.said()),
            tables::break_even(job, report).markdown()
        );
    }
    if ranks && jobs.is_empty() {
        let _ = write!(shown, "\n{}.\n", escaped(&break_even::none(workload)));
    }
    shown
}

fn numbers(report: &Report) -> String {
    let rows = estimates::rows(report);
    let mut shown = String::new();
    for rows in rows.chunk_by(|left, right| left.cell_id.theme() == right.cell_id.theme()) {
        let _ = write!(shown, "\n### {}\n\n{}", rows[0].cell_id.theme(), themed(report, rows).markdown());
    }
    for broken in breakdown::all(report).into_iter().filter(|_| report.metric == Metric::Time) {
        let _ = write!(shown, "\n### Where an exit goes\n\n{}", tables::exit_breakdown(&broken, report).markdown());
    }
    if report.metric == Metric::Time {
        let stopping = stopping::markdown(report, "####");
        if !stopping.is_empty() {
            let _ = write!(shown, "\n### To stop a guest\n{stopping}");
        }
    }
    let over_releases = history::markdown(report);
    if !over_releases.is_empty() {
        let _ = write!(shown, "\n### Over releases\n\n{over_releases}");
    }
    shown + &notes(report) + &fingerprints(report)
}

fn themed(report: &Report, rows: &[EstimateRow]) -> Grid {
    let columns = columns(report);
    let labels = columns.iter().map(|n| report.variants[*n].label.clone());
    let mut grid = Grid::new([String::new()].into_iter().chain(labels));
    for row in rows {
        let fastest = row.fastest(report);
        let cells = columns.iter().map(|n| {
            let shown = measurements::cell_text(&row.cells[*n]);
            if fastest == Some(*n) { format!("**{shown}**") } else { shown }
        });
        grid.row([row.cell_id.to_string()].into_iter().chain(cells));
    }
    grid
}

fn notes(report: &Report) -> String {
    let troubles = measurements::troubles(report).into_iter();
    let troubles =
        troubles.map(|lack| format!("{}: {} ({})", lack.skip_reason.word(), lack.skip_reason.reason(), lack.cells));
    let resolution = format!("resolution: {}", measurements::resolution(report, &estimates::rows(report)));
    let notes = troubles.chain([resolution, measurements::legend(report)]).chain(report.run.notes.iter().cloned());
    "\n### Notes\n\n".to_owned() + &notes.map(|note| format!("- {}\n", escaped(&note))).collect::<String>()
}

/// The conditions of the measurements.
fn fingerprints(report: &Report) -> String {
    let mut machine = Grid::new(["machine", ""]);
    fingerprint::of(report).into_iter().for_each(|(name, value)| machine.row([name.to_owned(), value]));
    let mut variants = Grid::new(["backend", "engine", "compiler", "licence"]);
    for variant in columns(report).into_iter().map(|n| &report.variants[n]) {
        variants.row(
            [&variant.label, &variant.backend_info.engine, &variant.backend_info.compiler, &variant.licence]
                .map(String::clone),
        );
    }
    format!("\n### Fingerprint\n\n{}\n{}", machine.markdown(), variants.markdown())
}

/// One row per scenario; reasons below.
fn matrix(check_result: &CheckResult) -> String {
    let labels = check_result.variants.iter().map(|variant| variant.label.clone());
    let mut grid = Grid::new(["scenario".to_owned()].into_iter().chain(labels));
    for (scenario, cells) in verdicts::rows(check_result) {
        let words = cells.into_iter().map(|played| played.map_or("", |played| played.verdict.word()).to_owned());
        grid.row([scenario.to_owned()].into_iter().chain(words));
    }
    let mut shown = format!("\n## Verdicts\n\n{}\n", grid.markdown());
    for Reason { verdict, text, on } in verdicts::reasons(check_result) {
        let word = verdict.map_or("note", |verdict| verdict.word());
        let on = on.iter().map(|(labels, scenarios)| format!("{labels}: {}", scenarios.join(", ")));
        let _ = writeln!(shown, "- {word}: {} ({})", escaped(&text), escaped(&on.collect::<Vec<_>>().join("; ")));
    }
    shown
}
