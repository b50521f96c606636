//! A set of reports and check results that is read as one document.
use serde::{Deserialize, Serialize};

use super::{CheckResult, Document, Machine, Report, VERSION};

/// Several documents, such as the reports of a CI matrix. Each keeps its fingerprint; no values are averaged.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ReportSet {
    /// [`VERSION`].
    pub version: u32,
    /// Results of `measure`, one report per run.
    pub reports: Vec<Report>,
    /// Results of `check`.
    pub checks: Vec<CheckResult>,
}

impl Default for ReportSet {
    fn default() -> Self {
        Self { version: VERSION, reports: vec![], checks: vec![] }
    }
}

impl ReportSet {
    /// Adds a document. A duplicate is ignored, because it would look like a second run with equal results.
    pub fn add(&mut self, document: Document) {
        match document {
            Document::Report(report) => add_new(&mut self.reports, *report),
            Document::Check(check_result) => add_new(&mut self.checks, check_result),
            Document::Set(set) => {
                set.reports.into_iter().for_each(|report| add_new(&mut self.reports, report));
                set.checks.into_iter().for_each(|check_result| add_new(&mut self.checks, check_result));
            }
        }
    }

    /// The display name of each report's machine, in order. Numbers distinguish machines with equal names and several
    /// runs on one machine.
    pub fn names(&self) -> Vec<String> {
        // Machines with equal descriptions count as one machine.
        let mut machines: Vec<&Machine> = Vec::new();
        self.reports.iter().for_each(|report| add_new(&mut machines, &report.machine));
        let name = |(n, report): (usize, &Report)| {
            let machine = &report.machine;
            let mut name = short(machine);
            let namesakes: Vec<_> = machines.iter().filter(|other| short(other) == name).collect();
            if let (Some(index), 2..) = (namesakes.iter().position(|other| **other == machine), namesakes.len()) {
                name += &format!(", machine {}", index + 1);
            }
            let runs = |reports: &[Report]| reports.iter().filter(|other| other.machine == *machine).count();
            if runs(&self.reports) > 1 {
                name += &format!(", run {}", runs(&self.reports[..n]) + 1);
            }
            name
        };
        self.reports.iter().enumerate().map(name).collect()
    }
}

fn add_new<T: PartialEq>(all: &mut Vec<T>, new: T) {
    if !all.contains(&new) {
        all.push(new);
    }
}

/// The processor's name, the number of processors, and the operating system.
fn short(machine: &Machine) -> String {
    let Machine { cpu, processors, os, .. } = machine;
    if os.is_empty() { format!("{cpu} x{processors}") } else { format!("{cpu} x{processors}, {os}") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::results::validate::tests::report;

    fn report_on(cpu: &str, kernel: &str, seed: u64) -> Report {
        let mut report = report();
        let [cpu, kernel, os] = [cpu, kernel, "Debian"].map(String::from);
        report.machine = Machine { cpu, kernel, os, processors: 4, ..report.machine };
        report.run.seed = seed;
        report
    }

    fn report_set(reports: Vec<Report>) -> ReportSet {
        let mut set = ReportSet::default();
        reports.into_iter().for_each(|report| set.add(Document::Report(Box::new(report))));
        set
    }

    #[test]
    fn a_duplicate_document_is_added_once() {
        assert_eq!(report_set(vec![report_on("A", "1", 1), report_on("A", "1", 1)]).reports.len(), 1);
        let mut twice = report_set(vec![report_on("A", "1", 1)]);
        twice.add(Document::Set(twice.clone()));
        assert_eq!(twice.reports.len(), 1);
    }

    #[test]
    fn every_report_has_a_unique_name() {
        let (reports, names): (Vec<_>, Vec<_>) = [
            (report_on("A", "1", 1), "A x4, Debian, machine 1, run 1"),
            (report_on("B", "1", 1), "B x4, Debian"),
            (report_on("A", "2", 1), "A x4, Debian, machine 2"),
            (report_on("A", "1", 2), "A x4, Debian, machine 1, run 2"),
        ]
        .into_iter()
        .unzip();
        assert_eq!(report_set(reports).names(), names);
    }
}
