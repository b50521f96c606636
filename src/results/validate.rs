//! Validates documents, which may be edited, truncated or written by other tools, and makes them safe to show: it escapes control
//! characters, and removes retired benchmarks. Analysis and output rely on it.
use std::collections::HashSet;

use anyhow::{Result, anyhow, ensure};

use super::{Build, CellRecord, CheckResult, Machine, Report, ReportSet, RunInfo, SkipReason, Variant, Verdict};
use crate::catalog::benchmark;
use crate::engine::{self, BackendInfo};
use crate::escape::escaped_lines;

/// The limit of `measure`.
const MAX_VARIANTS: usize = 64;
/// The limit of `measure`.
const MAX_HOST_FRAMES: u64 = 20_000;

/// Whether a number is finite and not negative.
fn is_amount(number: f64) -> bool {
    number >= 0.0 && number.is_finite()
}

impl Report {
    /// Checks indices, row lengths, numbers, backends and benchmarks. Escapes control characters in texts, and removes the rows
    /// of retired benchmarks.
    ///
    /// # Errors
    /// The first invalid part.
    pub fn validate(&mut self) -> Result<()> {
        variants(&mut self.variants)?;
        let Machine { cpu, os, kernel, governor, .. } = &mut self.machine;
        clean([cpu, os, kernel].into_iter().chain(governor));
        clean(self.build.texts());
        clean(&mut self.run.notes);
        let RunInfo { started_at, budget_seconds, elapsed_seconds, .. } = &self.run;
        let (is_time, shown) = (started_at.parse::<jiff::Timestamp>().is_ok(), started_at.escape_debug());
        ensure!(is_time, "run.started_at is `{shown}`, not a time like 2026-01-31T12:00:00Z");
        for (name, seconds) in [("budget_seconds", *budget_seconds), ("elapsed_seconds", *elapsed_seconds)] {
            ensure!(is_amount(seconds), "run.{name} is {seconds}");
        }
        let width = self.variants.len();
        self.cells.retain(|cell| !benchmark::RETIRED.contains(&&*cell.cell_id.benchmark));
        let count = self.cells.len();
        ensure!(count.is_multiple_of(width), "cells has {count} entries, not a multiple of {width} variants");
        let mut seen = HashSet::new();
        for (row, cells) in self.cells.chunks_mut(width).enumerate() {
            let cell_id = cells[0].cell_id.clone();
            for (n, cell) in cells.iter_mut().enumerate() {
                let place = format!("cells[{}] ({})", row * width + n, cell.cell_id.to_string().escape_debug());
                ensure!(cell.variant == n, "{place} has variant {}, expected {n}", cell.variant);
                ensure!(cell.cell_id == cell_id, "{place} is in the row of {cell_id}");
                valid(cell, &place)?;
            }
            ensure!(seen.insert(cell_id.clone()), "cells contains {cell_id} twice");
        }
        if let Some(confirmation) = &mut self.confirmation {
            ensure!(confirmation.confirmation.is_none(), "confirmation has a confirmation itself");
            confirmation.validate().map_err(|error| anyhow!("confirmation.{error}"))?;
        }
        Ok(())
    }
}

impl CheckResult {
    /// Checks indices, numbers and backends. Escapes control characters in texts.
    ///
    /// # Errors
    /// The first invalid part.
    pub fn validate(&mut self) -> Result<()> {
        variants(&mut self.variants)?;
        clean(self.absent.iter_mut().flat_map(|absent| [&mut absent.backend, &mut absent.reason]));
        let mut seen = HashSet::new();
        for (n, result) in self.results.iter_mut().enumerate() {
            clean([&mut result.scenario].into_iter().chain(&mut result.transcript).chain(&mut result.note));
            clean(match &mut result.verdict {
                Verdict::Passed => vec![],
                Verdict::Failed { reason } | Verdict::Unsupported { reason } | Verdict::Crashed { reason } => {
                    vec![reason]
                }
                Verdict::KnownIssue { observed, reason, upstream } => vec![observed, reason, upstream],
                Verdict::TimedOut { limit } | Verdict::OverMemory { limit } => vec![limit],
            });
            let place = format!("results[{n}] ({})", result.scenario);
            let (variant, count) = (result.variant, self.variants.len());
            ensure!(variant < count, "{place} has variant {variant} of {count}");
            ensure!(seen.insert((result.scenario.clone(), variant)), "{place} is a duplicate");
            ensure!(is_amount(result.elapsed_ms), "{place} took {} ms", result.elapsed_ms);
        }
        Ok(())
    }
}

impl ReportSet {
    /// Validates each document.
    ///
    /// # Errors
    /// The first invalid part.
    pub fn validate(&mut self) -> Result<()> {
        for (n, report) in self.reports.iter_mut().enumerate() {
            report.validate().map_err(|error| anyhow!("reports[{n}].{error}"))?;
        }
        for (n, check_result) in self.checks.iter_mut().enumerate() {
            check_result.validate().map_err(|error| anyhow!("checks[{n}].{error}"))?;
        }
        Ok(())
    }
}

fn variants(variants: &mut [Variant]) -> Result<()> {
    let count = variants.len();
    ensure!((1..=MAX_VARIANTS).contains(&count), "variants has {count} entries, expected 1 to {MAX_VARIANTS}");
    let mut labels = HashSet::new();
    let controls: Vec<bool> = variants.iter().map(|variant| variant.control_of.is_some()).collect();
    ensure!(!controls[0], "variants[0] is the reference and cannot be a control");
    for (n, variant) in variants.iter_mut().enumerate() {
        clean([&mut variant.label, &mut variant.licence]);
        let BackendInfo { engine, compiler, llvm, library, wasm_features, exit_made_of, .. } =
            &mut variant.backend_info;
        clean([engine, compiler].into_iter().chain(llvm).chain(library).chain(wasm_features).chain(exit_made_of));
        clean(variant.build.texts());
        let place = format!("variants[{n}] ({})", variant.label);
        // A label begins with the backend's name.
        let name = variant.label.split([':', ' ']).next().unwrap_or_default();
        let known = variant.backend_info.library.is_some() || engine::ALL.iter().any(|backend| backend.name == name);
        ensure!(known, "{place} has unknown backend `{name}`");
        ensure!(labels.insert(variant.label.clone()), "{place} is a duplicate");
        if let Some(of) = variant.control_of {
            let single = controls.get(of) == Some(&false);
            ensure!(single, "{place} is a control of {of}, which is missing or a control itself");
        }
        if let Some(against) = variant.baseline {
            let another = against < count && against != n;
            ensure!(another, "{place} has baseline {against}, which is missing or itself");
        }
    }
    Ok(())
}

fn valid(cell: &mut CellRecord, place: &str) -> Result<()> {
    let cell_id = &cell.cell_id;
    ensure!(benchmark::find(&cell_id.benchmark).is_some(), "{place} is an unknown benchmark");
    let is_in_range = (1..=MAX_HOST_FRAMES).contains(&cell_id.host_frames);
    ensure!(is_in_range, "{place} has {} host frames", cell_id.host_frames);
    clean(cell.metrics.iter_mut().map(|(name, _)| name));
    for (name, value) in &cell.metrics {
        ensure!(is_amount(*value), "{place} has {value} {name}");
    }
    let injected_slowdown = cell.injected_slowdown;
    ensure!(is_amount(injected_slowdown), "{place} has an injected slowdown of {injected_slowdown}");
    let mut before = 0;
    for launch in &cell.launches {
        let number = launch.launch;
        ensure!(number > before, "{place} has launch {number} after launch {before}");
        before = number;
        for time in &launch.nanoseconds {
            ensure!(is_amount(*time), "{place} has a time of {time} ns in launch {number}");
        }
        for count in &launch.instructions {
            ensure!(is_amount(*count), "{place} has {count} instructions in launch {number}");
        }
        let searches = &launch.unwind_table_search;
        let within = searches.iter().zip(&launch.instructions).all(|(part, all)| (0.0..=*all).contains(part));
        ensure!(
            searches.is_empty() || searches.len() == launch.instructions.len() && within,
            "{place} has instructions of the search in launch {number} that are no part of all"
        );
        let one_metric = launch.instructions.is_empty() || launch.nanoseconds.is_empty();
        ensure!(one_metric, "{place} has times and instructions in launch {number}");
        let disturbed = launch.disturbed as usize <= launch.samples().len();
        ensure!(disturbed, "{place} has more disturbed batches than batches in launch {number}");
    }
    match &mut cell.skip_reason {
        Some(SkipReason::TooSlow { needs_seconds: Some(seconds) }) => {
            ensure!(is_amount(*seconds), "{place} needs {seconds} seconds");
        }
        Some(SkipReason::TooSlow { needs_seconds: None }) | None => {}
        Some(
            SkipReason::Unsupported { reason } | SkipReason::Failed { reason } | SkipReason::WorkerLost { reason },
        ) => clean([reason]),
    }
    Ok(())
}

/// Escapes control characters, which could change the terminal's state.
fn clean<'a>(texts: impl IntoIterator<Item = &'a mut String>) {
    for text in texts {
        *text = escaped_lines(text);
    }
}

impl Build {
    fn texts(&mut self) -> impl Iterator<Item = &mut String> {
        let Self { version, revision, rustc, profile, opt_level, target, rustflags, features } = self;
        [version, revision, rustc, profile, opt_level, target, rustflags].into_iter().chain(features)
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::catalog::benchmark::CellId;
    use crate::results::{Launch, Metric, VERSION};
    use proptest::{collection::vec, prelude::*};

    /// Two variants and a control, two rows, eight launches.
    pub(crate) fn report() -> Report {
        made(&[[[100.0, 101.0]; 3], [[5e6, 5.1e6], [7e6, 7.2e6], [5e6, 5e6]]])
    }

    /// One row per benchmark: for each variant, its times in each launch.
    fn made(rows: &[[[f64; 2]; 3]]) -> Report {
        let variant = |(label, control_of): (&str, _)| Variant {
            label: label.into(),
            licence: "MIT".into(),
            backend_info: BackendInfo { engine: "wasmer".into(), compiler: "one".into(), ..BackendInfo::default() },
            build: Build::this(),
            control_of,
            baseline: None,
        };
        let benchmarks = ["call/dynamic", "unwind/indirect", "execute/fib", "execute/hash"];
        let launch = |times: [f64; 2], n| Launch { nanoseconds: times.into(), ..Launch::empty(n, 10, 1) };
        let cell = |row: usize, variant: usize, times: [f64; 2]| {
            let cell_id = CellId { benchmark: benchmarks[row].into(), at: None, host_frames: 1 };
            let launches = (1..=8).map(|n| launch(times, n)).collect();
            CellRecord { launches, ..CellRecord::new(variant, cell_id, 0.0) }
        };
        Report {
            confirmation: None,
            version: VERSION,
            metric: Metric::Time,
            machine: Machine { cpu: "A processor".into(), processors: 2, ..Machine::default() },
            build: Build::this(),
            run: RunInfo {
                started_at: "2026-01-31T12:00:00Z".into(),
                seed: 7,
                budget_seconds: 20.0,
                elapsed_seconds: 19.0,
                launches: 8,
                launches_completed: 8,
                complete: true,
                ..RunInfo::default()
            },
            variants: [("singlepass", None), ("llvm:opt=none", None), ("singlepass control", Some(0))]
                .map(variant)
                .into(),
            cells: (0..rows.len()).flat_map(|row| [0, 1, 2].map(|n| cell(row, n, rows[row][n]))).collect(),
        }
    }

    /// A random valid report, with extreme times.
    pub(crate) fn any_report() -> impl Strategy<Value = Report> {
        let time = prop_oneof![8 => 1.0..1e9, 1 => Just(0.0), 1 => Just(f64::MIN_POSITIVE), 1 => 1e300..f64::MAX];
        let row = vec(time, 6).prop_map(|t| [[t[0], t[1]], [t[2], t[3]], [t[4], t[5]]]);
        vec(row, 0..4).prop_map(|rows| made(&rows))
    }

    #[test]
    fn rows_of_retired_benchmarks_are_removed() {
        let mut report = report();
        for cell in &mut report.cells[..3] {
            cell.cell_id = "unwind/beside-threads/4".parse().unwrap();
        }
        let cells = report.cells.len();
        report.validate().unwrap();
        assert_eq!(report.cells.len(), cells - 3);
    }

    #[test]
    fn a_valid_report_is_unchanged() {
        let mut report = report();
        report.validate().unwrap();
        assert_eq!(report, tests::report());
    }

    #[test]
    fn an_invalid_report_is_rejected_with_its_location() {
        type Spoilt = (fn(&mut Report), &'static str);
        let spoilt: &[Spoilt] = &[
            (|r| r.variants.clear(), "variants has 0"),
            (|r| r.variants[1].label = "v8".into(), "variants[1] (v8) has unknown backend `v8`"),
            (|r| r.variants[1].label = "singlepass".into(), "variants[1] (singlepass) is a duplicate"),
            (|r| r.variants[2].control_of = Some(9), "variants[2] (singlepass control) is a control of 9"),
            (|r| r.variants[2].control_of = Some(2), "is a control of 2"),
            (|r| r.variants[0].control_of = Some(1), "variants[0] is the reference"),
            (|r| r.run.started_at = "yesterday".into(), "run.started_at is `yesterday`"),
            (|r| r.run.elapsed_seconds = f64::NAN, "run.elapsed_seconds is NaN"),
            (|r| r.cells.truncate(4), "cells has 4 entries, not a multiple of 3"),
            (|r| r.cells[1].variant = 99, "cells[1] (call/dynamic) has variant 99, expected 1"),
            (|r| r.cells[1].cell_id.host_frames = 2, "is in the row of call/dynamic"),
            (|r| r.cells.extend_from_within(..3), "cells contains call/dynamic twice"),
            (
                |r| r.cells[..3].iter_mut().for_each(|cell| cell.cell_id.benchmark = "call/home".into()),
                "cells[0] (call/home) is an unknown benchmark",
            ),
            (|r| r.variants[1].baseline = Some(1), "has baseline 1"),
            (|r| r.cells[1].injected_slowdown = -0.5, "has an injected slowdown of -0.5"),
            (
                |r| r.confirmation = Some(Box::new(Report { confirmation: Some(Box::new(report())), ..report() })),
                "confirmation has a confirmation itself",
            ),
            (|r| r.cells[0].cell_id.host_frames = 0, "has 0 host frames"),
            (
                |r| r.cells[4].launches[2].nanoseconds[1] = -1.0,
                "cells[4] (unwind/indirect) has a time of -1 ns in launch 3",
            ),
            (|r| r.cells[4].launches[2].nanoseconds[1] = f64::INFINITY, "inf"),
            (|r| r.cells[4].launches[2].instructions = vec![1.0], "has times and instructions in launch 3"),
            (|r| r.cells[4].launches[2].unwind_table_search = vec![1.0], "has instructions of the search in launch 3"),
            (|r| r.cells[4].launches[2].launch = 1, "has launch 1 after launch 2"),
            (|r| r.cells[4].launches[2].disturbed = 3, "more disturbed batches"),
            (|r| r.cells[4].metrics = vec![("bytes".into(), -2.0)], "has -2 bytes"),
            (|r| r.cells[4].skip_reason = Some(SkipReason::TooSlow { needs_seconds: Some(-1.0) }), "needs -1 seconds"),
        ];
        for (spoil, expected) in spoilt {
            let mut report = report();
            spoil(&mut report);
            let error = report.validate().expect_err(expected).to_string();
            assert!(error.contains(expected), "{error}");
        }
    }

    #[test]
    fn control_characters_in_texts_are_escaped() {
        let mut report = report();
        report.machine.cpu = "\u{1b}[31mred\u{7}".into();
        report.cells[0].skip_reason = Some(SkipReason::Failed { reason: "two\nlines\u{1b}c".into() });
        report.validate().unwrap();
        assert_eq!(report.machine.cpu, "\\u{1b}[31mred\\u{7}");
        assert_eq!(report.cells[0].skip_reason.as_ref().unwrap().reason(), "two\nlines\\u{1b}c");
    }
}
