//! A self-contained page: answers first, then tables and samples.
//!
//! Without scripts everything but the samples is visible; `script.js` sorts tables and draws samples on demand. The page's
//! policy forbids requests.
mod answers;
mod break_even;
mod checks;
mod figures;
mod numbers;
mod palette;
mod samples;
mod stopping;

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::grid::html_table;
use super::{counts, history, measurements, tables};
use crate::analysis::break_even::Workload;
use crate::analysis::estimates::{self, EstimateRow};
use crate::analysis::time_and_count::times_and_counts;
use crate::lists::entry;
use crate::results::{Report, ReportSet};
use palette::Palette;

const STYLE: &str = include_str!("style.css");
const SCRIPT: &str = include_str!("script.js");
/// Only inline styles and scripts.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:";

/// A report on the page.
struct ReportPage<'a> {
    report: &'a Report,
    rows: Vec<EstimateRow<'a>>,
    /// The display name of the machine.
    name: String,
    /// The prefix of the report's anchors.
    id: String,
    palette: &'a Palette,
}

impl ReportPage<'_> {
    /// Whether the report has times. Counts do not rank backends, so they give no answers and no charts.
    fn is_timed(&self) -> bool {
        self.report.metric.is_time()
    }

    fn label(&self, variant: usize) -> &str {
        &self.report.variants[variant].label
    }

    fn columns(&self) -> Vec<usize> {
        estimates::columns(self.report)
    }
}

/// The page.
pub fn page(report_set: &ReportSet, workload: &Workload) -> String {
    let palette = &Palette::of(report_set);
    let measured = |(n, (report, name))| ReportPage {
        report,
        rows: estimates::rows(report),
        name,
        id: format!("m{}", n + 1),
        palette,
    };
    let all: Vec<_> = report_set.reports.iter().zip(report_set.names()).enumerate().map(measured).collect();
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta http-equiv="Content-Security-Policy" content=(POLICY);
                title { "early-exit: which WebAssembly backend" }
                link rel="icon" href="data:,";
                style { (PreEscaped(STYLE)) (PreEscaped(palette.css())) }
            }
            body {
                a.skip href="#content" { "skip to the content" }
                header.top {
                    p.brand { "early-exit" }
                    h1 { "Which WebAssembly backend?" }
                    (contents(&all, report_set))
                }
                main id="content" {
                    @if all.len() > 1 && all.iter().all(ReportPage::is_timed) { (answers::overview(&all)) }
                    // The answer of a single machine, or one table for all.
                    @if let [only] = &all[..] && only.is_timed() { (answers::section(only)) }
                    @for check_result in &report_set.checks { (checks::section(check_result, palette)) }
                    @for measured in &all { (section(measured, workload, all.len() > 1)) }
                    @for both in times_and_counts(report_set) {
                        section aria-label="time beside instructions" {
                            h2 { "Time beside instructions: " (both.name) }
                            ul.notes { @for note in both.notes() { li { (note) "." } } }
                            (counts::grid(&both))
                        }
                    }
                }
                div.tip hidden {}
                (samples::data(&all))
                script { (PreEscaped(SCRIPT)) }
            }
        }
    };
    page.into_string()
}

/// One line per report and links to its sections.
fn contents(all: &[ReportPage], report_set: &ReportSet) -> Markup {
    html! {
        @for measured in all {
            @let run = &measured.report.run;
            p.run {
                a href=(format!("#{}", measured.id)) { (measured.name) }
                " · " (run.launches_completed) " launches · " span.date { (run.started_at.get(..10).unwrap_or(&run.started_at)) }
            }
            p.run.engines { @for (n, engine) in engines(measured.report).into_iter().enumerate() { @if n > 0 { " · " } span { (engine) } } }
        }
        nav aria-label="sections" {
            @if let [only] = all && only.is_timed() { a href="#m1-answers" { "The answer" } }
            @if !report_set.checks.is_empty() { a href="#holds" { "Verdicts" } }
            @if let [_] = all {
                @if stopping::is_known(&all[0]) { a href="#m1-stopping" { "To stop a guest" } }
                @for (place, name) in SECTIONS.iter().filter(|(place, _)| all[0].is_timed() || !["even", "figures"].contains(place)) { a href=(format!("#m1-{place}")) { (name) } }
            }
        }
    }
}

/// The engines with versions and backends: `wasmtime 48.0.0 (wasmtime-cranelift, wasmtime-winch)`.
fn engines(report: &Report) -> Vec<String> {
    let mut engines: Vec<(&str, Vec<&str>)> = Vec::new();
    for variant in estimates::columns(report).into_iter().map(|n| &report.variants[n]) {
        entry(&mut engines, variant.backend_info.engine.as_str()).push(&variant.label);
    }
    let shown = |(engine, labels): (&str, Vec<&str>)| match labels[..] {
        // An engine with one backend of the same name needs no list.
        [one] if engine.starts_with(one) => engine.to_owned(),
        _ => format!("{engine} ({})", labels.join(", ")),
    };
    engines.into_iter().map(shown).collect()
}

/// The sections of a report in the contents.
const SECTIONS: &[(&str, &str)] =
    &[("even", "Break-even"), ("figures", "Charts"), ("numbers", "All numbers"), ("print", "Fingerprint")];

fn section(measured: &ReportPage, workload: &Workload, named: bool) -> Markup {
    html! {
        section.machine id=(measured.id) aria-label=(measured.name) {
            @if named {
                h2.machine { (measured.name) }
                @if measured.is_timed() { (answers::section(measured)) }
            }
            @if measured.is_timed() {
                (break_even::section(measured, workload))
                @if stopping::is_known(measured) { (stopping::section(measured)) }
                (figures::section(measured))
            }
            (history::section(measured.report, &measured.id))
            (numbers::section(measured))
            (notes(measured))
            (print(measured))
        }
    }
}

fn notes(measured: &ReportPage) -> Markup {
    let report = measured.report;
    html! {
        section {
            h2 { "Warnings" }
            ul.notes {
                li { (measurements::legend(report)) "." }
                li { "Resolution: " (measurements::resolution(report, &measured.rows)) "." }
                @for note in &report.run.notes { li { (note) "." } }
                @for (skip_reason, cells) in measurements::troubles(report) {
                    li { b { (skip_reason.word()) } " " (skip_reason.reason()) " " small { "(" (cells) ")" } }
                }
            }
        }
    }
}

/// The conditions of the measurements.
fn print(measured: &ReportPage) -> Markup {
    let supported = html! {
        @for variant in measured.columns().into_iter().map(|n| &measured.report.variants[n]) {
            tr {
                th scope="row" { (measured.palette.name(&variant.label)) }
                td.features { (variant.backend_info.wasm_features.join(" ")) }
            }
        }
    };
    let header = ["backend", "supports beyond WebAssembly 1.0"];
    html! {
        section id=(format!("{}-print", measured.id)) {
            h2 { "Fingerprint" }
            dl.print {
                @for (name, value) in tables::fingerprint(measured.report) { div { dt { (name) } dd { (value) } } }
            }
            (html_table("what the backends support", None, &header, supported))
        }
    }
}
