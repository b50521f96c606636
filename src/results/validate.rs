//! Whether what a document says can be: files are edited by hand, cut, and made by others. What draws and compares them
//! relies on it.
use std::collections::HashSet;

use super::{CellRecord, CheckResult, Report, ReportSet, SkipReason, Variant, Verdict};
use crate::catalog::benchmark;
use crate::engine;
use crate::escape::escaped_lines;

/// What cannot be, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{place} {what}")]
pub struct Invalid {
    /// The place in the document.
    pub place: String,
    /// What cannot be.
    pub what: String,
}

/// More than fit in a table.
const MOST_SUBJECTS: usize = 64;
/// As deep as `measure` goes.
const MOST_HOST_FRAMES: u64 = 20_000;

fn ensure(holds: bool, place: impl Fn() -> String, what: impl Fn() -> String) -> Result<(), Invalid> {
    if holds { Ok(()) } else { Err(Invalid { place: place(), what: what() }) }
}

impl Report {
    /// Makes sure that it can be: places are within their lists, rows are whole, times are times, backends and benchmarks are
    /// known. Texts lose what would steer a terminal, and rows of benchmarks that there were once go.
    ///
    /// # Errors
    /// The first thing that cannot be.
    pub fn validate(&mut self) -> Result<(), Invalid> {
        subjects(&mut self.subjects)?;
        let machine = &mut self.machine;
        clean([&mut machine.cpu, &mut machine.os, &mut machine.kernel].into_iter().chain(&mut machine.governor));
        clean(self.build.texts());
        clean(&mut self.run.notes);
        let run = &self.run;
        let began = || format!("says `{}`, which is no time like 2026-01-31T12:00:00Z", run.began.escape_debug());
        ensure(run.began.parse::<jiff::Timestamp>().is_ok(), || "run.began".into(), began)?;
        for (name, seconds) in [("budget_seconds", run.budget_seconds), ("took_seconds", run.took_seconds)] {
            ensure(seconds >= 0.0 && seconds.is_finite(), || format!("run.{name}"), || format!("says {seconds}"))?;
        }
        let width = self.subjects.len();
        self.cells.retain(|cell| !benchmark::RETIRED.contains(&&*cell.address.benchmark));
        let whole = || format!("holds {}, which makes no whole rows of {width} subjects", self.cells.len());
        ensure(self.cells.len().is_multiple_of(width), || "cells".into(), whole)?;
        let mut seen = HashSet::new();
        for (row, cells) in self.cells.chunks_mut(width).enumerate() {
            let address = cells[0].address.clone();
            for (n, cell) in cells.iter_mut().enumerate() {
                let place = format!("cells[{}] ({})", row * width + n, cell.address.to_string().escape_debug());
                let place = || place.clone();
                ensure(cell.subject == n, place, || format!("is of subject {} in the place of {n}", cell.subject))?;
                ensure(cell.address == address, place, || format!("stands in the row of {address}"))?;
                valid(cell, &place)?;
            }
            ensure(seen.insert(address.clone()), || "cells".into(), || format!("have {address} twice"))?;
        }
        if let Some(again) = &mut self.again {
            ensure(again.again.is_none(), || "again".into(), || "was measured again, and that again".into())?;
            again.validate().map_err(|error| Invalid { place: format!("again.{}", error.place), ..error })?;
        }
        Ok(())
    }
}

impl CheckResult {
    /// Makes sure that it can be, as [`Report::validate`].
    ///
    /// # Errors
    /// The first thing that cannot be.
    pub fn validate(&mut self) -> Result<(), Invalid> {
        subjects(&mut self.subjects)?;
        clean(self.absent.iter_mut().flat_map(|absent| [&mut absent.backend, &mut absent.why]));
        let mut seen = HashSet::new();
        for (n, played) in self.played.iter_mut().enumerate() {
            clean([&mut played.scenario].into_iter().chain(&mut played.transcript).chain(&mut played.note));
            clean(played.verdict.texts());
            let place = || format!("played[{n}] ({})", played.scenario);
            let outside = || format!("is of subject {}, and there are {}", played.subject, self.subjects.len());
            ensure(played.subject < self.subjects.len(), place, outside)?;
            ensure(seen.insert((played.scenario.clone(), played.subject)), place, || "is there twice".into())?;
            ensure(played.took_ms >= 0.0 && played.took_ms.is_finite(), place, || {
                format!("took {} ms", played.took_ms)
            })?;
        }
        Ok(())
    }
}

impl ReportSet {
    /// Makes sure that each of its documents can be.
    ///
    /// # Errors
    /// The first thing that cannot be.
    pub fn validate(&mut self) -> Result<(), Invalid> {
        let within =
            |name: &str, n: usize, error: Invalid| Invalid { place: format!("{name}[{n}].{}", error.place), ..error };
        for (n, report) in self.reports.iter_mut().enumerate() {
            report.validate().map_err(|error| within("reports", n, error))?;
        }
        for (n, checked) in self.checked.iter_mut().enumerate() {
            checked.validate().map_err(|error| within("checked", n, error))?;
        }
        Ok(())
    }
}

fn subjects(subjects: &mut [Variant]) -> Result<(), Invalid> {
    let some = || format!("hold {}; there are 1 to {MOST_SUBJECTS}", subjects.len());
    ensure((1..=MOST_SUBJECTS).contains(&subjects.len()), || "subjects".into(), some)?;
    let mut labels = HashSet::new();
    let twins: Vec<bool> = subjects.iter().map(|subject| subject.twin_of.is_some()).collect();
    ensure(!twins[0], || "subjects[0]".into(), || "repeats another, and is the reference".into())?;
    for (n, subject) in subjects.iter_mut().enumerate() {
        let about = &mut subject.about;
        clean([&mut subject.label, &mut subject.licence, &mut about.engine, &mut about.compiler]);
        clean(about.llvm.iter_mut().chain(&mut about.library).chain(&mut about.wasm_features).chain(&mut about.exit_made_of));
        clean(subject.build.texts());
        let place = || format!("subjects[{n}] ({})", subject.label);
        // A label is a backend with its settings, and what tells it from others of the same.
        let name = subject.label.split([':', ' ']).next().unwrap_or_default();
        let known = subject.about.library.is_some() || engine::ALL.iter().any(|backend| backend.name == name);
        ensure(known, place, || format!("is of a backend `{name}`, which nobody knows"))?;
        ensure(labels.insert(subject.label.clone()), place, || "is there twice".into())?;
        if let Some(of) = subject.twin_of {
            let single = twins.get(of) == Some(&false);
            ensure(single, place, || format!("repeats subject {of}, which is not there or repeats another"))?;
        }
        if let Some(against) = subject.held_against {
            let another = against < twins.len() && against != n;
            ensure(another, place, || format!("is held against subject {against}, which is itself or not there"))?;
        }
    }
    Ok(())
}

fn valid(cell: &mut CellRecord, place: &impl Fn() -> String) -> Result<(), Invalid> {
    let address = &cell.address;
    let benchmark = benchmark::find(&address.benchmark);
    ensure(benchmark.is_some(), place, || "is of a benchmark that nobody knows".into())?;
    let deep = (1..=MOST_HOST_FRAMES).contains(&address.host_frames);
    ensure(deep, place, || format!("is below {} frames of the host", address.host_frames))?;
    clean(cell.facts.iter_mut().map(|(name, _)| name));
    for (name, value) in &cell.facts {
        ensure(*value >= 0.0 && value.is_finite(), place, || format!("has {value} {name}"))?;
    }
    let handicap = cell.handicap;
    ensure(handicap >= 0.0 && handicap.is_finite(), place, || format!("carries a share of {handicap}"))?;
    let mut before = 0;
    for launch in &cell.launches {
        let number = launch.launch;
        ensure(number > before, place, || format!("has launch {number} after launch {before}"))?;
        before = number;
        for time in &launch.nanoseconds {
            ensure(*time >= 0.0 && time.is_finite(), place, || format!("has a time of {time} ns in launch {number}"))?;
        }
        for count in &launch.instructions {
            ensure(*count >= 0.0 && count.is_finite(), place, || {
                format!("has {count} instructions in launch {number}")
            })?;
        }
        let one_metric = launch.instructions.is_empty() || launch.nanoseconds.is_empty();
        ensure(one_metric, place, || format!("has times and instructions in launch {number}"))?;
        let disturbed = launch.disturbed as usize <= launch.samples().len();
        ensure(disturbed, place, || format!("has more disturbed batches than batches in launch {number}"))?;
    }
    if let Some(trouble) = &mut cell.trouble {
        clean(trouble.texts());
        if let SkipReason::TooSlow { needs_seconds: Some(seconds) } = trouble {
            ensure(*seconds >= 0.0 && seconds.is_finite(), place, || format!("needs {seconds} seconds"))?;
        }
    }
    Ok(())
}

/// Texts are shown on terminals: nothing in them may steer one.
fn clean<'a>(texts: impl IntoIterator<Item = &'a mut String>) {
    for text in texts {
        *text = escaped_lines(text);
    }
}

impl super::Build {
    fn texts(&mut self) -> impl Iterator<Item = &mut String> {
        let Self { version, revision, rustc, profile, opt_level, target, rustflags, features } = self;
        [version, revision, rustc, profile, opt_level, target, rustflags].into_iter().chain(features)
    }
}

impl SkipReason {
    fn texts(&mut self) -> Option<&mut String> {
        match self {
            Self::Unsupported { why } | Self::Failed { why } | Self::Lost { why } => Some(why),
            Self::TooSlow { .. } => None,
        }
    }
}

impl Verdict {
    fn texts(&mut self) -> Vec<&mut String> {
        match self {
            Self::Passed => vec![],
            Self::Failed { why } | Self::Unsupported { why } => vec![why],
            Self::KnownDivergence { came, reason, upstream } => vec![came, reason, upstream],
            Self::Crashed { how } => vec![how],
            Self::TimedOut { limit } | Self::OverMemory { limit } => vec![limit],
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::catalog::benchmark::CellId;
    use crate::engine::BackendInfo;
    use crate::results::{Build, Launch, Machine, Metric, RunInfo, VERSION};
    use proptest::{collection::vec, prelude::*};

    /// Two subjects and a twin, two rows, eight launches.
    pub(crate) fn report() -> Report {
        made(&[[[100.0, 101.0]; 3], [[5e6, 5.1e6], [7e6, 7.2e6], [5e6, 5e6]]])
    }

    /// A row a benchmark: for each subject, its times in each launch.
    fn made(rows: &[[[f64; 2]; 3]]) -> Report {
        let subject = |label: &str, twin_of| Variant {
            label: label.into(),
            licence: "MIT".into(),
            about: BackendInfo {
                engine: "wasmer".into(),
                compiler: "one".into(),
                library: None,
            llvm: None,
                wasm_features: vec![],
                exit_made_of: vec![],
            },
            build: Build::this(),
            twin_of,
            held_against: None,
        };
        let benchmarks = ["call/dynamic", "unwind/indirect", "execute/fib", "execute/hash"];
        let cell = |row: usize, subject: usize, times: [f64; 2]| CellRecord {
            handicap: 0.0,
            subject,
            address: CellId { benchmark: benchmarks[row].into(), at: None, host_frames: 1 },
            facts: vec![],
            launches: (1..=8)
                .map(|launch| Launch { nanoseconds: times.into(), ..Launch::empty(launch, 10, 1) })
                .collect(),
            trouble: None,
        };
        Report {
            again: None,
            version: VERSION,
            metric: Metric::Time,
            machine: Machine { cpu: "A processor".into(), processors: 2, ..Machine::default() },
            build: Build::this(),
            run: RunInfo {
                began: "2026-01-31T12:00:00Z".into(),
                seed: 7,
                budget_seconds: 20.0,
                took_seconds: 19.0,
                launches: 8,
                launches_made: 8,
                complete: true,
                notes: vec![],
            },
            subjects: vec![
                subject("singlepass", None),
                subject("llvm:opt=none", None),
                subject("singlepass again", Some(0)),
            ],
            cells: rows
                .iter()
                .enumerate()
                .flat_map(|(row, subjects)| subjects.iter().enumerate().map(move |(n, times)| cell(row, n, *times)))
                .collect(),
        }
    }

    /// Any report that can be: with any times that are times, the extreme ones too.
    pub(crate) fn any_report() -> impl Strategy<Value = Report> {
        let time = prop_oneof![8 => 1.0..1e9, 1 => Just(0.0), 1 => Just(f64::MIN_POSITIVE), 1 => 1e300..f64::MAX];
        let row = vec(time, 6).prop_map(|t| [[t[0], t[1]], [t[2], t[3]], [t[4], t[5]]]);
        vec(row, 0..4).prop_map(|rows| made(&rows))
    }

    #[test]
    fn what_is_no_benchmark_any_more_is_left_out() {
        let mut report = report();
        for cell in &mut report.cells[..3] {
            cell.address = "unwind/beside-threads/4".parse().unwrap();
        }
        let cells = report.cells.len();
        assert_eq!(report.validate(), Ok(()));
        assert_eq!(report.cells.len(), cells - 3);
    }

    #[test]
    fn what_can_be_is_left_as_it_is() {
        let mut report = report();
        assert_eq!(report.validate(), Ok(()));
        assert_eq!(report, tests::report());
    }

    #[test]
    fn what_cannot_be_is_refused_with_its_place() {
        type Spoilt = (fn(&mut Report), &'static str);
        let spoilt: &[Spoilt] = &[
            (|r| r.subjects.clear(), "subjects hold 0"),
            (|r| r.subjects[1].label = "v8".into(), "subjects[1] (v8) is of a backend `v8`"),
            (|r| r.subjects[1].label = "singlepass".into(), "subjects[1] (singlepass) is there twice"),
            (|r| r.subjects[2].twin_of = Some(9), "subjects[2] (singlepass again) repeats subject 9"),
            (|r| r.subjects[2].twin_of = Some(2), "repeats subject 2"),
            (|r| r.subjects[0].twin_of = Some(1), "subjects[0] repeats another"),
            (|r| r.run.began = "yesterday".into(), "run.began says `yesterday`"),
            (|r| r.run.took_seconds = f64::NAN, "run.took_seconds says NaN"),
            (|r| r.cells.truncate(4), "cells holds 4, which makes no whole rows of 3"),
            (|r| r.cells[1].subject = 99, "cells[1] (call/dynamic) is of subject 99 in the place of 1"),
            (|r| r.cells[1].address.host_frames = 2, "stands in the row of call/dynamic"),
            (|r| r.cells.extend_from_within(..3), "cells have call/dynamic twice"),
            (|r| rename(r, "call/home"), "cells[0] (call/home) is of a benchmark that nobody knows"),
            (|r| r.subjects[1].held_against = Some(1), "is held against subject 1"),
            (|r| r.cells[1].handicap = -0.5, "carries a share of -0.5"),
            (|r| r.again = Some(Box::new(Report { again: Some(Box::new(report())), ..report() })), "and that again"),
            (|r| r.cells[0].address.host_frames = 0, "below 0 frames"),
            (
                |r| r.cells[4].launches[2].nanoseconds[1] = -1.0,
                "cells[4] (unwind/indirect) has a time of -1 ns in launch 3",
            ),
            (|r| r.cells[4].launches[2].nanoseconds[1] = f64::INFINITY, "inf"),
            (|r| r.cells[4].launches[2].instructions = vec![1.0], "has times and instructions in launch 3"),
            (|r| r.cells[4].launches[2].launch = 1, "has launch 1 after launch 2"),
            (|r| r.cells[4].launches[2].disturbed = 3, "more disturbed batches"),
            (|r| r.cells[4].facts = vec![("bytes".into(), -2.0)], "has -2 bytes"),
            (|r| r.cells[4].trouble = Some(SkipReason::TooSlow { needs_seconds: Some(-1.0) }), "needs -1 seconds"),
        ];
        for (spoil, told) in spoilt {
            let mut report = report();
            spoil(&mut report);
            let error = report.validate().expect_err(told).to_string();
            assert!(error.contains(told), "{error}");
        }
    }

    fn rename(report: &mut Report, benchmark: &str) {
        report.cells[..3].iter_mut().for_each(|cell| cell.address.benchmark = benchmark.into());
    }

    #[test]
    fn nothing_in_a_text_steers_a_terminal() {
        let mut report = report();
        report.machine.cpu = "\u{1b}[31mred\u{7}".into();
        report.cells[0].trouble = Some(SkipReason::Failed { why: "two\nlines\u{1b}c".into() });
        report.validate().unwrap();
        assert_eq!(report.machine.cpu, "\\u{1b}[31mred\\u{7}");
        assert_eq!(report.cells[0].trouble.as_ref().unwrap().reason(), "two\nlines\\u{1b}c");
    }
}
