//! The best backend per kind of work.
use maud::{Markup, html};

use super::ReportPage;
use crate::analysis::best_backend::{KINDS, RankedRow, Recommendation, answers};
use crate::output::chart::COLOURS;
use crate::output::grid::html_table;
use crate::results::Variant;

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
    let name = |n| html! { span.variant { (measured.palette.mark(measured.label(n))) (answer.name(n)) } };
    let names = answer.named().into_iter().map(name);
    html! {
        article.card data-kind=(answer.kind.name) {
            h3 { "To " (answer.kind.name) }
            p.verdict {
                @match answer.indecision() {
                    None => { @for name in names { strong { (name) } } }
                    Some(verdict) => { strong { (verdict[..1].to_uppercase()) (verdict[1..]) } span.among { @for name in names { (name) } } }
                }
            }
            p.ahead { @let remark = answer.remark(); @if !remark.is_empty() { (remark) "." } }
            @for judged in &answer.rows { (bars(measured, answer, judged)) }
        }
    }
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
    let rows = html! {
        @for Variant { label, licence, backend_info, .. } in measured.columns().into_iter().map(|n| &measured.report.variants[n]) {
            tr {
                th scope="row" { (measured.palette.name(label)) }
                td { (licence) }
                td { (backend_info.engine) }
                td { (backend_info.compiler) }
            }
        }
    };
    html_table("backends", Some("backends"), &["backend", "licence", "engine", "compiler"], rows)
}

/// The answers of several machines side by side.
pub(crate) fn overview(all: &[ReportPage]) -> Markup {
    let of_each: Vec<_> = all.iter().map(|measured| answers(measured.report, &measured.rows)).collect();
    let kinds = KINDS.iter().map(|kind| kind.name);
    let kinds = kinds.filter(|kind| of_each.iter().flatten().any(|answer| answer.kind.name == *kind));
    let header: Vec<_> = ["to"].into_iter().chain(all.iter().map(|measured| measured.name.as_str())).collect();
    let rows = html! {
        @for kind in kinds {
            tr {
                th scope="row" { (kind) }
                @for answers in &of_each {
                    td.words { (answers.iter().find(|answer| answer.kind.name == kind).map_or("-".into(), Recommendation::text)) }
                }
            }
        }
    };
    html! {
        section {
            h2 { "The answers per machine" }
            (html_table("the answers of each machine", None, &header, rows))
        }
    }
}
