//! The verdicts of a check.
use maud::{Markup, html};

use super::palette::Palette;
use crate::output::verdicts;
use crate::output::verdicts::Reason;
use crate::results::{CheckResult, ScenarioResult, Verdict};

type VerdictRow<'a> = (&'a str, Vec<Option<&'a ScenarioResult>>);

/// One line per theme that opens to its scenarios, and the reasons of scenarios that did not pass.
pub(crate) fn section(check_result: &CheckResult, palette: &Palette) -> Markup {
    let rows = verdicts::rows(check_result);
    let reasons = verdicts::reasons(check_result);
    let counts = verdicts::counts(check_result.results.iter().map(|played| &played.verdict));
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
                    @for reason in &reasons { (reason_row(reason)) }
                }
            }
        }
    }
}

fn theme(id: &str) -> &str {
    id.split_once('/').map_or("the main job", |(theme, _)| theme)
}

fn of_theme(rows: &[VerdictRow], check_result: &CheckResult) -> Markup {
    let of = |variant: usize| {
        rows.iter().filter_map(move |(_, cells)| Some(&cells.get(variant).copied().flatten()?.verdict))
    };
    html! {
        details.theme {
            summary.theme {
                span { (theme(rows[0].0)) }
                @for variant in 0..check_result.variants.len() { span { (tally(&of(variant).collect::<Vec<_>>())) } }
            }
            table {
                caption.unseen { "verdicts of " (theme(rows[0].0)) }
                thead.unseen { tr { th scope="col" { "scenario" } @for variant in &check_result.variants { th scope="col" { (variant.label) } } } }
                tbody {
                    @for (scenario, cells) in rows {
                        tr {
                            th scope="row" { (scenario) }
                            @for n in 0..check_result.variants.len() {
                                td { @if let Some(played) = cells.get(n).copied().flatten() { (word(&played.verdict)) } }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// The number of each verdict.
fn tally(verdicts: &[&Verdict]) -> Markup {
    let counts = verdicts::counts(verdicts.iter().copied());
    html! {
        @match counts[..] {
            [] => { "-" }
            [("passed", all)] => { span.v.passed { "✓ " (all) } }
            _ => { @for (name, count) in counts { span class=(format!("v {}", class(name))) { (sign(name)) " " (count) @if name != "passed" { " " (name) } } " " } }
        }
    }
}

fn word(verdict: &Verdict) -> Markup {
    let name = verdict.word();
    html! { span class=(format!("v {}", class(name))) title=[verdict.reason()] { (sign(name)) " " (name) } }
}

fn class(word: &str) -> &'static str {
    match word {
        "passed" => "passed",
        "known issue" => "known",
        "n/a" => "never",
        _ => "bad",
    }
}

fn sign(word: &str) -> &'static str {
    match class(word) {
        "passed" => "✓",
        "known" => "≠",
        "never" => "–",
        _ => "✗",
    }
}

fn reason_row(reason: &Reason) -> Markup {
    html! {
        div.reason {
            p { @if let Some(verdict) = reason.verdict { (word(verdict)) " " } (reason.text) }
            @for (labels, scenarios) in &reason.on { p.on { b { (labels) } ": " (scenarios.join(", ")) } }
        }
    }
}
