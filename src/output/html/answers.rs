//! The best backend per kind of work.
use maud::{Markup, html};

use super::ReportPage;
use crate::analysis::best_backend::{KINDS, RankedRow, Recommendation, answers};
use crate::output::chart::COLOURS;

/// One card per kind of work, and a table of the backends.
pub(crate) fn section(measured: &ReportPage) -> Markup {
    let answers = answers(measured.report, &measured.rows);
    html! {
        section id=(format!("{}-answers", measured.id)) {
            h2 { "Which backend for which kind of work" }
            @if answers.is_empty() {
                p { "A single backend has no alternatives." }
            } @else {
                p.lead {
                    "A backend is named if no other is faster by more than 2 % in any row, with 95 % confidence. "
                    "Bars are times: shorter is better. The best are bold."
                }
                div.cards { @for answer in &answers { (card(measured, answer)) } }
            }
            (backends(measured))
        }
    }
}

fn card(measured: &ReportPage, answer: &Recommendation) -> Markup {
    let named = answer.named();
    html! {
        article.card data-kind=(answer.kind.name) {
            h3 { "To " (answer.kind.name) }
            p.verdict {
                @match answer.indecision() {
                    None => { @for n in &named { strong { (name(measured, answer, *n)) } } }
                    Some(verdict) => { strong { (capitalised(verdict)) } span.among { @for n in &named { (name(measured, answer, *n)) } } }
                }
            }
            p.ahead { @let remark = answer.remark(); @if !remark.is_empty() { (remark) "." } }
            @for judged in &answer.rows { (bars(measured, answer, judged)) }
        }
    }
}

fn name(measured: &ReportPage, answer: &Recommendation, variant: usize) -> Markup {
    html! { span.variant { (measured.palette.mark(measured.label(variant))) (answer.name(variant)) } }
}

fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// One bar per backend; its length is the time.
fn bars(measured: &ReportPage, answer: &Recommendation, judged: &RankedRow) -> Markup {
    let columns = measured.columns();
    let most = columns.iter().filter_map(|n| judged.time(*n)).fold(f64::MIN_POSITIVE, f64::max);
    html! {
        div.by {
            code { (judged.title()) }
            @for n in columns {
                @let best = judged.best.contains(&n);
                div class=(format!("bar s{}{}", measured.palette.colour(measured.label(n)) % COLOURS, if best { " best" } else { "" })) {
                    span.who { (answer.name(n)) }
                    span.track { @if let Some(time) = judged.time(n) { span.fill style=(format!("width:{:.1}%", 100.0 * time / most)) {} } }
                    span.time { (judged.time_text(n)) }
                }
                @if let Some(way) = judged.way(n) {
                    div.way { code { (way) } @if judged.is_plain(n) { ", the plain way" } @else { ", plain way " (judged.plain_time_text(n)) } }
                }
            }
        }
    }
}

/// The backends with their licences.
fn backends(measured: &ReportPage) -> Markup {
    html! {
        div.wide tabindex="0" role="region" aria-label="backends" {
            table.backends {
                thead { tr { @for name in ["backend", "licence", "engine", "compiler"] { th scope="col" { (name) } } } }
                tbody {
                    @for variant in measured.columns().into_iter().map(|n| &measured.report.variants[n]) {
                        tr {
                            th scope="row" { (measured.palette.name(&variant.label)) }
                            td { (variant.licence) }
                            td { (variant.backend_info.engine) }
                            td { (variant.backend_info.compiler) }
                        }
                    }
                }
            }
        }
    }
}

/// The answers of several machines side by side.
pub(crate) fn overview(all: &[ReportPage]) -> Markup {
    let of_each: Vec<_> = all.iter().map(|measured| answers(measured.report, &measured.rows)).collect();
    let kinds = KINDS.iter().map(|kind| kind.name);
    let kinds = kinds.filter(|kind| of_each.iter().flatten().any(|answer| answer.kind.name == *kind));
    html! {
        section {
            h2 { "The answers per machine" }
            div.wide tabindex="0" role="region" aria-label="the answers of each machine" {
                table {
                    thead { tr { th scope="col" { "to" } @for measured in all { th scope="col" { (measured.name) } } } }
                    tbody {
                        @for kind in kinds {
                            tr {
                                th scope="row" { (kind) }
                                @for answers in &of_each {
                                    td.words { (answers.iter().find(|answer| answer.kind.name == kind).map_or("-".into(), Recommendation::text)) }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}
