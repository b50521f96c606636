//! Renders results as Markdown, for a job summary, an issue or a page.
use std::fmt::Write;

use super::grid::{Grid, escaped};
use super::verdicts::{self, Reason};
use super::{counts, history, measurements, stopping, tables};
use crate::analysis::estimates::{self, EstimateRow, columns};
use crate::analysis::time_and_count::times_and_counts;
use crate::analysis::{best_backend, break_even, breakdown};
use crate::results::{CheckResult, Report, ReportSet, Variant, Verdict};

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
    page.extend(times_and_counts(report_set).iter().map(counts::markdown));
    page
}

fn answers(report: &Report, workload: &break_even::Workload) -> String {
    let rows = estimates::rows(report);
    let mut shown = String::new();
    // Counts do not rank backends, so they give no answers and no break-even.
    if !report.metric.is_time() {
        return shown;
    }
    let answers = best_backend::answers(report, &rows);
    if !answers.is_empty() {
        let times = tables::answer_times(report, &answers).markdown();
        let _ = write!(shown, "\n### Which backend\n\n{}\n{times}", tables::answers(&answers).markdown());
    }
    let jobs = break_even::jobs(report, &rows, workload);
    for job in &jobs {
        let table = tables::break_even(job, report).markdown();
        let _ = write!(shown, "\n### Break-even\n\n{}:\n\n{table}", escaped(&job.said()));
    }
    if jobs.is_empty() {
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
    if report.metric.is_time() {
        for exit in breakdown::all(report) {
            let _ = write!(shown, "\n### Where an exit goes\n\n{}", tables::exit_breakdown(&exit, report).markdown());
        }
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
    let mut grid = Grid::new("", columns.iter().map(|n| &report.variants[*n].label));
    for row in rows {
        let fastest = row.fastest(report);
        let cells = columns.iter().map(|n| {
            let shown = measurements::cell_text(&row.cells[*n]);
            if fastest == Some(*n) { format!("**{shown}**") } else { shown }
        });
        grid.row(row.cell_id.to_string(), cells);
    }
    grid
}

fn notes(report: &Report) -> String {
    let troubles = measurements::troubles(report)
        .into_iter()
        .map(|(skip_reason, cells)| format!("{}: {} ({cells})", skip_reason.word(), skip_reason.reason()));
    let resolution = format!("resolution: {}", measurements::resolution(report, &estimates::rows(report)));
    let notes = troubles.chain([resolution, measurements::legend(report)]).chain(report.run.notes.iter().cloned());
    "\n### Notes\n\n".to_owned() + &notes.map(|note| format!("- {}\n", escaped(&note))).collect::<String>()
}

/// The conditions of the measurements.
fn fingerprints(report: &Report) -> String {
    let mut machine = Grid::new("machine", [""]);
    tables::fingerprint(report).into_iter().for_each(|(name, value)| machine.row(name, [value]));
    let mut variants = Grid::new("backend", ["engine", "compiler", "licence"]);
    for Variant { label, backend_info, licence, .. } in columns(report).into_iter().map(|n| &report.variants[n]) {
        variants.row(label, [&backend_info.engine, &backend_info.compiler, licence]);
    }
    format!("\n### Fingerprint\n\n{}\n{}", machine.markdown(), variants.markdown())
}

/// One row per scenario; reasons below.
fn matrix(check_result: &CheckResult) -> String {
    let mut grid = Grid::new("scenario", check_result.variants.iter().map(|variant| &variant.label));
    for (scenario, verdicts) in verdicts::rows(check_result) {
        grid.row(scenario, verdicts.into_iter().map(|verdict| verdict.map_or("", Verdict::word)));
    }
    let mut shown = format!("\n## Verdicts\n\n{}\n", grid.markdown());
    for Reason { verdict, text, on } in verdicts::reasons(check_result) {
        let word = verdict.map_or("note", Verdict::word);
        let on = on.iter().map(|(labels, scenarios)| format!("{labels}: {}", scenarios.join(", ")));
        let _ = writeln!(shown, "- {word}: {} ({})", escaped(&text), escaped(&on.collect::<Vec<_>>().join("; ")));
    }
    shown
}
