//! The answer first.
use maud::{Markup, html};

use super::ReportPage;
use crate::analysis::best_backend::{RankedRow, Recommendation, answers};
use crate::output::chart::COLOURS;
use crate::output::units;

/// A card a kind of work.
pub(crate) fn section(measured: &ReportPage) -> Markup {
    let answers = answers(measured.report, measured.rows);
    html! {
        section id=(format!("{}-answers", measured.id)) {
            h2 { "Which backend for which kind of work" }
            @if answers.is_empty() {
                p { "One backend alone leaves nothing to choose." }
            } @else {
                p.lead {
                    "A backend is named where nothing measured beats it by more than 2 % in any of the rows, with 95 % confidence; "
                    "shorter is better. Licences decide too: "
                    @for (n, subject) in measured.columns().into_iter().enumerate() {
                        @if n > 0 { ", " }
                        (measured.label(subject)) " is " (measured.report.subjects[subject].licence)
                    }
                    "."
                }
                div.cards { @for answer in &answers { (card(measured, answer)) } }
            }
        }
    }
}

fn card(measured: &ReportPage, answer: &Recommendation) -> Markup {
    html! {
        article.card data-kind=(answer.kind.wanted) {
            h3 { "To " (answer.kind.wanted) }
            p.verdict {
                @match &answer.best[..] {
                    [one] => { strong { (measured.palette.name(measured.label(*one))) } }
                    [] => { strong { "It depends" } }
                    all => { strong { "Too close to call" } span.among { @for n in all { (measured.palette.name(measured.label(*n))) } } }
                }
            }
            p.ahead {
                @match &answer.best[..] {
                    [_] => { @if let Some(lead) = answer.lead(measured.report) { (times(lead)) } }
                    [] => { "None is unbeaten in every row." }
                    _ => { "Nothing beats them in any row." }
                }
                @if !answer.sure { " Few launches: likely, not certain." }
            }
            @for judged in &answer.rows { (bars(measured, judged)) }
        }
    }
}

/// How many times as fast.
fn times((least, most): (f64, f64)) -> String {
    let digits = |ratio: f64| if ratio < 10.0 { format!("{ratio:.1}") } else { format!("{ratio:.0}") };
    let (low, high) = (digits(least), digits(most));
    match low == high {
        true if low == "1.0" => "Just ahead of the next.".into(),
        true => format!("{low} times as fast as the next."),
        false if low == "1.0" => format!("Up to {high} times as fast as the next."),
        false => format!("{low} to {high} times as fast as the next."),
    }
}

/// A bar a backend, as long as its time.
fn bars(measured: &ReportPage, judged: &RankedRow) -> Markup {
    let columns = measured.columns();
    let time = |n: usize| judged.row.cells[n].nanoseconds();
    let most = columns.iter().filter_map(|n| time(*n)).fold(f64::MIN_POSITIVE, f64::max);
    html! {
        div.by {
            code { (judged.row.address) }
            @for n in columns {
                @let best = judged.best.contains(&n);
                div class=(format!("bar s{}{}", measured.palette.colour(measured.label(n)) % COLOURS, if best { " best" } else { "" })) {
                    span.who { (measured.label(n)) }
                    @match time(n) {
                        Some(time) => {
                            span.track { span.fill style=(format!("width:{:.1}%", 100.0 * time / most)) {} }
                            span.time { (units::nanoseconds(time, 3)) }
                        }
                        None => { span.track {} span.time { (judged.row.cells[n].trouble().map_or("-", |trouble| trouble.word())) } }
                    }
                }
            }
        }
    }
}

/// The answers of several machines side by side.
pub(crate) fn overview(all: &[ReportPage]) -> Markup {
    let of_each: Vec<_> = all.iter().map(|measured| answers(measured.report, measured.rows)).collect();
    let kinds = crate::analysis::best_backend::KINDS.iter().map(|kind| kind.wanted);
    let kinds = kinds.filter(|kind| of_each.iter().flatten().any(|answer| answer.kind.wanted == *kind));
    html! {
        section {
            h2 { "The answers, machine by machine" }
            div.wide tabindex="0" role="region" aria-label="the answers of each machine" {
                table {
                    thead { tr { th scope="col" { "to" } @for measured in all { th scope="col" { (measured.name) } } } }
                    tbody {
                        @for kind in kinds {
                            tr {
                                th scope="row" { (kind) }
                                @for (measured, answers) in all.iter().zip(&of_each) {
                                    td.words { (answers.iter().find(|answer| answer.kind.wanted == kind).map_or("-".into(), |answer| answer.said(measured.report))) }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}
