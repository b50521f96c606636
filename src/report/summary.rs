//! Everything at once on a terminal: what `report` shows.
use super::terminal::{self, heading};
use super::{analysis, answer, break_even, measured};
use crate::record::{Gathered, Report};

/// All that there is to show; what somebody came for stands last, above the prompt.
pub fn shown(gathered: &Gathered, asked: &break_even::Asked) -> String {
    let mut shown: String = gathered.checked.iter().map(|checked| terminal::matrix(checked) + "\n").collect();
    for (report, name) in gathered.reports.iter().zip(gathered.names()) {
        shown += &heading(&name);
        shown += &of_report(report, asked);
    }
    shown
}

fn of_report(report: &Report, asked: &break_even::Asked) -> String {
    let rows = analysis::rows(report);
    let mut shown = measured::tables(report);
    let jobs = break_even::jobs(report, &rows, asked);
    for job in &jobs {
        shown += &format!("\nbreak-even: {}\n{}", job.said(), job.grid(report).terminal());
    }
    if jobs.is_empty() {
        shown += &format!("\n{}\n", break_even::none(asked));
    }
    let answers = answer::answers(report, &rows);
    if !answers.is_empty() {
        shown += &format!("\n{}", answer::grid(report, &answers).terminal());
    }
    shown + "\n"
}
