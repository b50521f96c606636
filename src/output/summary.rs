//! The output of `report` and `measure` on a terminal: answers first, then verdicts and numbers.
use super::terminal::{self, heading};
use super::{counts, measurements, tables};
use crate::analysis::time_and_count::times_and_counts;
use crate::analysis::{best_backend, break_even, estimates};
use crate::results::{Report, ReportSet};

/// All results.
pub fn shown(report_set: &ReportSet, workload: &break_even::Workload) -> String {
    let reports = || report_set.reports.iter().zip(report_set.names());
    let ranked = reports().filter(|(report, _)| report.metric.is_time());
    let answers = ranked.map(|(report, name)| heading(&name) + &answers(report) + &break_even(report, workload) + "\n");
    let check_result = report_set.checks.iter().map(|check_result| terminal::matrix(check_result) + "\n");
    let numbers = reports().map(|(report, name)| match report_set.reports.len() {
        1 => measurements::tables(report),
        _ => heading(&name) + &measurements::tables(report) + "\n",
    });
    let both = times_and_counts(report_set);
    answers.chain(check_result).chain(numbers).chain(both.iter().map(counts::terminal)).collect()
}

/// The best backend per kind of work with its times; empty with fewer than two backends.
pub fn answers(report: &Report) -> String {
    let rows = estimates::rows(report);
    let answers = best_backend::answers(report, &rows);
    if answers.is_empty() {
        return String::new();
    }
    let times = tables::answer_times(report, &answers).blocks();
    format!("{}\n{times}\n", tables::answers(&answers).terminal())
}

fn break_even(report: &Report, workload: &break_even::Workload) -> String {
    let jobs = break_even::jobs(report, &estimates::rows(report), workload);
    if jobs.is_empty() {
        return format!("{}\n", break_even::none(workload));
    }
    let job = |job: &break_even::WorkloadComparison| {
        format!("break-even: {}\n{}", job.said(), tables::break_even(job, report).terminal())
    };
    jobs.iter().map(job).collect::<Vec<_>>().join("\n")
}
