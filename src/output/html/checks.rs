//! What each backend can do.
use maud::{Markup, html};

use super::palette::Palette;
use crate::output::verdicts;
use crate::output::verdicts::Reason;
use crate::results::{CheckResult, ScenarioResult, Verdict};

type VerdictRow<'a> = (&'a str, Vec<Option<&'a ScenarioResult>>);

/// The verdicts: a line a theme, with its scenarios below, and the reasons of whatever did not just pass.
pub(crate) fn section(checked: &CheckResult, palette: &Palette) -> Markup {
    let rows = verdicts::rows(checked);
    let reasons = verdicts::reasons(checked);
    let counts = verdicts::counts(checked.played.iter().map(|played| &played.verdict));
    html! {
        section id="holds" {
            h2 { "What holds" }
            p.lead {
                (rows.len()) " behaviours on " (checked.subjects.len()) " backends: "
                @for (n, (word, count)) in counts.iter().enumerate() { @if n > 0 { ", " } (count) " " (word) }
                ". A theme opens to its scenarios."
                @for absent in &checked.absent { " " (absent.why) "." }
            }
            div.wide tabindex="0" role="region" aria-label="verdicts by theme" { div.themes style=(format!("--columns:{}", checked.subjects.len())) {
                div.theme.head { span {} @for subject in &checked.subjects { span { (palette.name(&subject.label)) } } }
                @for rows in rows.chunk_by(|a, b| theme(a.0) == theme(b.0)) { (of_theme(rows, checked)) }
            } }
            @if !reasons.is_empty() {
                details.reasons open[reasons.iter().any(|reason| reason.verdict.is_some_and(Verdict::is_bad))] {
                    summary { "Why, wherever it did not just pass" }
                    @for reason in &reasons { (why(reason)) }
                }
            }
        }
    }
}

fn theme(id: &str) -> &str {
    id.split_once('/').map_or("the main job", |(theme, _)| theme)
}

fn of_theme(rows: &[VerdictRow], checked: &CheckResult) -> Markup {
    let of = |subject: usize| {
        rows.iter().filter_map(move |(_, cells)| Some(&cells.get(subject).copied().flatten()?.verdict))
    };
    html! {
        details.theme {
            summary.theme {
                span { (theme(rows[0].0)) }
                @for subject in 0..checked.subjects.len() { span { (tally(&of(subject).collect::<Vec<_>>())) } }
            }
            table {
                caption.unseen { "verdicts of " (theme(rows[0].0)) }
                thead.unseen { tr { th scope="col" { "scenario" } @for subject in &checked.subjects { th scope="col" { (subject.label) } } } }
                tbody {
                    @for (scenario, cells) in rows {
                        tr {
                            th scope="row" { (scenario) }
                            @for n in 0..checked.subjects.len() {
                                td { @if let Some(played) = cells.get(n).copied().flatten() { (word(&played.verdict)) } }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// How many passed, and what the others came to.
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
        "diverges" => "known",
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

fn why(reason: &Reason) -> Markup {
    html! {
        div.why {
            p { @if let Some(verdict) = reason.verdict { (word(verdict)) " " } (reason.text) }
            @for (labels, scenarios) in &reason.on { p.on { b { (labels) } ": " (scenarios.join(", ")) } }
        }
    }
}
