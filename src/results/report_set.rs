//! Several reports read as one.
use serde::{Deserialize, Serialize};

use super::{CheckResult, Document, Machine, Report, VERSION};

/// Several documents: those of the machines of a matrix. Each keeps its fingerprint, and nothing is averaged.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ReportSet {
    /// [`VERSION`].
    pub version: u32,
    /// What `measure` found, a report a run.
    pub reports: Vec<Report>,
    /// What `check` found.
    pub checked: Vec<CheckResult>,
}

impl Default for ReportSet {
    fn default() -> Self {
        Self { version: VERSION, reports: vec![], checked: vec![] }
    }
}

impl ReportSet {
    /// Adds a document. One that is there already is not added again: it would look like a second run that agrees.
    pub fn add(&mut self, document: Document) {
        match document {
            Document::Report(report) => add_new(&mut self.reports, *report),
            Document::Checked(checked) => add_new(&mut self.checked, checked),
            Document::Gathered(gathered) => {
                gathered.reports.into_iter().for_each(|report| add_new(&mut self.reports, report));
                gathered.checked.into_iter().for_each(|checked| add_new(&mut self.checked, checked));
            }
        }
    }

    /// What to call the machine of each report, in their order. Machines that look alike are told apart by a number, and so
    /// are several runs on one machine.
    pub fn names(&self) -> Vec<String> {
        // All that can be told of a machine: two that agree in it count as one.
        let mut machines: Vec<&Machine> = Vec::new();
        for report in &self.reports {
            if !machines.contains(&&report.machine) {
                machines.push(&report.machine);
            }
        }
        let name = |(n, report): (usize, &Report)| {
            let machine = &report.machine;
            let mut name = short(machine);
            let alike: Vec<_> = machines.iter().filter(|other| short(other) == name).collect();
            if let (Some(place), 2..) = (alike.iter().position(|other| **other == machine), alike.len()) {
                name += &format!(", machine {}", place + 1);
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

/// The processor, how many there are, and the system.
fn short(machine: &Machine) -> String {
    let Machine { cpu, processors, os, .. } = machine;
    [format!("{cpu} x{processors}"), os.clone()]
        .into_iter()
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::results::validate::tests::report;

    fn on(cpu: &str, kernel: &str, seed: u64) -> Report {
        let mut report = report();
        report.machine =
            Machine { cpu: cpu.into(), kernel: kernel.into(), os: "Debian".into(), processors: 4, ..report.machine };
        report.run.seed = seed;
        report
    }

    fn gathered(reports: Vec<Report>) -> ReportSet {
        let mut gathered = ReportSet::default();
        reports.into_iter().for_each(|report| gathered.add(Document::Report(Box::new(report))));
        gathered
    }

    #[test]
    fn the_same_document_is_there_once() {
        assert_eq!(gathered(vec![on("A", "1", 1), on("A", "1", 1)]).reports.len(), 1);
        let mut twice = gathered(vec![on("A", "1", 1)]);
        twice.add(Document::Gathered(twice.clone()));
        assert_eq!(twice.reports.len(), 1);
    }

    #[test]
    fn every_report_has_a_name_of_its_own() {
        let reports = vec![on("A", "1", 1), on("B", "1", 1), on("A", "2", 1), on("A", "1", 2)];
        assert_eq!(
            gathered(reports).names(),
            [
                "A x4, Debian, machine 1, run 1",
                "B x4, Debian",
                "A x4, Debian, machine 2",
                "A x4, Debian, machine 1, run 2"
            ]
        );
    }
}
