//! One page that needs nothing from anywhere: the answer first, then what it rests on, down to each sample.
//!
//! Everything that a script is not needed for is there without one; `script.js` sorts tables, and draws the samples of a
//! cell when somebody asks for them. The page forbids itself every request.
mod answers;
mod break_even;
mod checks;
mod counted;
mod figures;
mod numbers;
mod palette;
mod samples;

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::{counts, fingerprint, history, measurements};
use crate::analysis::break_even::Workload;
use crate::analysis::estimates;
use crate::analysis::estimates::EstimateRow;
use crate::results::{Metric, Report, ReportSet};
use palette::Palette;

const STYLE: &str = include_str!("style.css");
const SCRIPT: &str = include_str!("script.js");
/// Styles and scripts of its own, and nothing else from anywhere.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:";

/// A report on its page.
struct ReportPage<'a> {
    report: &'a Report,
    rows: &'a [EstimateRow<'a>],
    /// What its machine is called.
    name: &'a str,
    /// What its places on the page begin with.
    id: String,
    palette: &'a Palette,
}

impl ReportPage<'_> {
    /// Counts of instructions do not rank: they answer no question, and charts are of times.
    fn is_timed(&self) -> bool {
        self.report.metric == Metric::Time
    }

    fn label(&self, subject: usize) -> &str {
        &self.report.subjects[subject].label
    }

    fn columns(&self) -> Vec<usize> {
        estimates::columns(self.report)
    }
}

/// The page.
pub fn page(gathered: &ReportSet, asked: &Workload) -> String {
    let names = gathered.names();
    let palette = Palette::of(gathered);
    let rows: Vec<_> = gathered.reports.iter().map(estimates::rows).collect();
    let all: Vec<ReportPage> = gathered
        .reports
        .iter()
        .zip(&names)
        .zip(&rows)
        .enumerate()
        .map(|(n, ((report, name), rows))| ReportPage {
            report,
            rows,
            name,
            id: format!("m{}", n + 1),
            palette: &palette,
        })
        .collect();
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
                a.skip href="#content" { "to the content" }
                header.top {
                    p.brand { "early-exit" }
                    h1 { "Which WebAssembly backend?" }
                    (contents(&all, gathered))
                }
                main id="content" {
                    @if all.len() > 1 && all.iter().all(ReportPage::is_timed) { (answers::overview(&all)) }
                    // The answer stands first: that of the only machine, or those of all in one table.
                    @if let [only] = &all[..] && only.is_timed() { (answers::section(only)) }
                    @for checked in &gathered.checked { (checks::section(checked, &palette)) }
                    @for measured in &all { (section(measured, asked, all.len() > 1)) }
                    @for beside in counts::beside(gathered) { (counted::section(&beside)) }
                }
                div.tip hidden {}
                (samples::data(&all))
                script { (PreEscaped(SCRIPT)) }
            }
        }
    };
    page.into_string()
}

/// What was measured in a line a machine, and where to find it.
fn contents(all: &[ReportPage], gathered: &ReportSet) -> Markup {
    html! {
        @for measured in all {
            @let run = &measured.report.run;
            p.run {
                a href=(format!("#{}", measured.id)) { (measured.name) }
                " · " (run.launches_made) " launches · " (date(&run.began))
            }
            p.run.engines { @for (n, engine) in engines(measured.report).into_iter().enumerate() { @if n > 0 { " · " } span { (engine) } } }
        }
        nav aria-label="sections" {
            @if let [only] = all && only.is_timed() { a href="#m1-answers" { "The answer" } }
            @if !gathered.checked.is_empty() { a href="#holds" { "What holds" } }
            @if let [_] = all {
                @for (place, name) in SECTIONS.iter().filter(|(place, _)| all[0].is_timed() || !["even", "figures"].contains(place)) { a href=(format!("#m1-{place}")) { (name) } }
            }
        }
    }
}

/// Each engine with its version, and the backends that are its own: `wasmtime 48.0.0 (wasmtime-cranelift, wasmtime-winch)`.
fn engines(report: &Report) -> Vec<String> {
    let mut engines: Vec<(&str, Vec<&str>)> = Vec::new();
    for subject in estimates::columns(report).into_iter().map(|n| &report.subjects[n]) {
        let engine = subject.about.engine.as_str();
        match engines.iter_mut().find(|(known, _)| *known == engine) {
            Some((_, labels)) => labels.push(&subject.label),
            None => engines.push((engine, vec![&subject.label])),
        }
    }
    let shown = |(engine, labels): (&str, Vec<&str>)| match labels[..] {
        // An engine that is one backend of the same name needs no list.
        [one] if engine.starts_with(one) => engine.to_owned(),
        _ => format!("{engine} ({})", labels.join(", ")),
    };
    engines.into_iter().map(shown).collect()
}

/// The parts of a machine's section that the contents name.
const SECTIONS: &[(&str, &str)] =
    &[("even", "Break-even"), ("figures", "Charts"), ("numbers", "All numbers"), ("print", "Fingerprint")];

fn date(began: &str) -> &str {
    began.get(..10).unwrap_or(began)
}

fn section(measured: &ReportPage, asked: &Workload, named: bool) -> Markup {
    html! {
        section.machine id=(measured.id) aria-label=(measured.name) {
            @if named {
                h2.machine { (measured.name) }
                @if measured.is_timed() { (answers::section(measured)) }
            }
            @if measured.is_timed() {
                (break_even::section(measured, asked))
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
            h2 { "What to be aware of" }
            ul.notes {
                li { (measurements::legend(report)) "." }
                li { "Resolution: " (measurements::resolution(report, measured.rows)) "." }
                @for note in &report.run.notes { li { (note) "." } }
                @for lack in measurements::troubles(report) {
                    li { b { (lack.trouble.word()) } " " (lack.trouble.reason()) " " small { "(" (lack.cells) ")" } }
                }
            }
        }
    }
}

/// What the numbers are of.
fn print(measured: &ReportPage) -> Markup {
    html! {
        section id=(format!("{}-print", measured.id)) {
            h2 { "Fingerprint" }
            dl.print {
                @for (name, value) in fingerprint::of(measured.report) { div { dt { (name) } dd { (value) } } }
            }
            div.wide tabindex="0" role="region" aria-label="what the backends support" {
                table {
                    thead { tr { @for name in ["backend", "supports beyond WebAssembly 1.0"] { th scope="col" { (name) } } } }
                    tbody {
                        @for subject in measured.columns().into_iter().map(|n| &measured.report.subjects[n]) {
                            tr {
                                th scope="row" { (measured.palette.name(&subject.label)) }
                                td.features { (subject.about.wasm_features.join(" ")) }
                            }
                        }
                    }
                }
            }
        }
    }
}
