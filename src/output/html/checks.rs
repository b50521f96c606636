//! The verdicts of a check.
use maud::{Markup, html};

use super::palette::Palette;
use crate::output::verdicts::{self, Reason, ScenarioRow};
use crate::results::{CheckResult, Verdict};

/// One line per theme that opens to its scenarios, and the reasons of scenarios that did not pass.
pub(crate) fn section(check_result: &CheckResult, palette: &Palette) -> Markup {
    let rows = verdicts::rows(check_result);
    let reasons = verdicts::reasons(check_result);
    let counts = verdicts::counts(check_result.results.iter().map(|result| &result.verdict));
    html! {
        section id="holds" {
            h2 { "Verdicts" }
            p.lead {
                (rows.len()) " scenarios on " (check_result.variants.len()) " backends: "
                @for (n, (word, count)) in counts.iter().enumerate() { @if n > 0 { ", " } (count) " " (word) }
                ". Open a theme to see its scenarios."
                @for absent in &check_result.absent { " " (absent.reason) "." }
            }
            div.wide tabindex="0" role="region" aria-label="verdicts by theme" { div.themes style=(format!("--columns:{}", check_result.variants.len())) {
                div.theme.head { span {} @for variant in &check_result.variants { span { (palette.name(&variant.label)) } } }
                @for rows in rows.chunk_by(|a, b| theme(a.0) == theme(b.0)) { (of_theme(rows, check_result)) }
            } }
            @if !reasons.is_empty() {
                details.reasons open[reasons.iter().any(|reason| reason.verdict.is_some_and(Verdict::is_bad))] {
                    summary { "Reasons" }
                    @for Reason { verdict, text, on } in &reasons {
                        div.reason {
                            p { @if let Some(verdict) = verdict { (word(verdict)) " " } (text) }
                            @for (labels, scenarios) in on { p.on { b { (labels) } ": " (scenarios.join(", ")) } }
                        }
                    }
                }
            }
        }
    }
}

fn theme(id: &str) -> &str {
    id.split_once('/').map_or("the main job", |(theme, _)| theme)
}

fn of_theme(rows: &[ScenarioRow], check_result: &CheckResult) -> Markup {
    html! {
        details.theme {
            summary.theme {
                span { (theme(rows[0].0)) }
                @for n in 0..check_result.variants.len() { span { (tally(rows.iter().filter_map(|(_, verdicts)| verdicts[n]))) } }
            }
            table {
                caption.unseen { "verdicts of " (theme(rows[0].0)) }
                thead.unseen { tr { th scope="col" { "scenario" } @for variant in &check_result.variants { th scope="col" { (variant.label) } } } }
                tbody {
                    @for (scenario, verdicts) in rows {
                        tr {
                            th scope="row" { (scenario) }
                            @for verdict in verdicts { td { @if let Some(verdict) = verdict { (word(verdict)) } } }
                        }
                    }
                }
            }
        }
    }
}

/// The number of each verdict.
fn tally<'a>(verdicts: impl Iterator<Item = &'a Verdict>) -> Markup {
    let counts = verdicts::counts(verdicts);
    html! {
        @match counts[..] {
            [] => { "-" }
            [("passed", all)] => { span.v.passed { "✓ " (all) } }
            _ => {
                @for (name, count) in counts {
                    @let (class, sign) = style(name);
                    span class=(format!("v {class}")) { (sign) " " (count) @if name != "passed" { " " (name) } } " "
                }
            }
        }
    }
}

fn word(verdict: &Verdict) -> Markup {
    let (class, sign) = style(verdict.word());
    html! { span class=(format!("v {class}")) title=[verdict.reason()] { (sign) " " (verdict.word()) } }
}

/// The class and the sign of a verdict.
fn style(word: &str) -> (&'static str, &'static str) {
    match word {
        "passed" => ("passed", "✓"),
        "known issue" => ("known", "≠"),
        "n/a" => ("never", "–"),
        _ => ("bad", "✗"),
    }
}
