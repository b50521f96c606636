//! Everything at once on a terminal: what `report` shows.
use super::terminal::{self, heading};
use super::{counts, measurements};
use crate::analysis::{best_backend, break_even, estimates};
use crate::results::{Metric, Report, ReportSet};

/// All that there is to show; what somebody came for stands last, above the prompt.
pub fn shown(gathered: &ReportSet, asked: &break_even::Workload) -> String {
    let mut shown: String = gathered.checked.iter().map(|checked| terminal::matrix(checked) + "\n").collect();
    for (report, name) in gathered.reports.iter().zip(gathered.names()) {
        shown += &heading(&name);
        shown += &of_report(report, asked);
    }
    shown.extend(counts::beside(gathered).iter().map(counts::Beside::terminal));
    shown
}

fn of_report(report: &Report, asked: &break_even::Workload) -> String {
    let rows = estimates::rows(report);
    let mut shown = measurements::tables(report);
    if report.metric == Metric::Instructions {
        return shown + "\n";
    }
    let jobs = break_even::jobs(report, &rows, asked);
    for job in &jobs {
        shown += &format!("\nbreak-even: {}\n{}", job.said(), job.grid(report).terminal());
    }
    if jobs.is_empty() {
        shown += &format!("\n{}\n", break_even::none(asked));
    }
    let answers = best_backend::answers(report, &rows);
    if !answers.is_empty() {
        shown += &format!("\n{}", best_backend::grid(report, &answers).terminal());
    }
    shown + "\n"
}
