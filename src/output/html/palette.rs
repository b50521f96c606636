//! The colours of the HTML page, one per backend.
use maud::{Markup, html};

use crate::engine;
use crate::output::chart::{COLOURS, shape};
use crate::results::ReportSet;

/// The colours of M. Okabe and K. Ito, adapted: distinguishable with any colour vision, on light and dark backgrounds.
const LIGHT: [&str; COLOURS] = ["#0072b2", "#c7511f", "#00805c", "#b0568d", "#9a7400", "#3a8fc4", "#5c6670"];
const DARK: [&str; COLOURS] = ["#56a8e8", "#f0894f", "#35c495", "#e08fbd", "#e0b93c", "#8ed0f2", "#a7b2bd"];

/// A colour per label: fixed for backends without options, the next free colour for other variants.
pub(crate) struct Palette(Vec<(String, usize)>);

impl Palette {
    pub(crate) fn of(reports: &ReportSet) -> Self {
        let variants = reports.reports.iter().map(|report| &report.variants);
        let variants = variants.chain(reports.checks.iter().map(|check_result| &check_result.variants)).flatten();
        let mut colours: Vec<(String, usize)> = Vec::new();
        let mut next = engine::ALL.len();
        // An A/A control appears only among samples, in the colour of its original.
        for variant in variants.filter(|variant| variant.control_of.is_none()) {
            let label = &variant.label;
            if colours.iter().all(|(known, _)| known != label) {
                let fixed = engine::ALL.iter().position(|backend| backend.name == label);
                colours.push((label.clone(), fixed.unwrap_or(next)));
                next += usize::from(fixed.is_none());
            }
        }
        Self(colours)
    }

    /// The index of a label's colour.
    pub(crate) fn colour(&self, label: &str) -> usize {
        self.0.iter().find(|(known, _)| known == label).map_or(0, |(_, colour)| *colour)
    }

    /// A label with its chart mark.
    pub(crate) fn name(&self, label: &str) -> Markup {
        html! { span.variant { (self.mark(label)) (label) } }
    }

    /// The chart mark of a label.
    pub(crate) fn mark(&self, label: &str) -> Markup {
        let colour = self.colour(label);
        html! {
            svg class=(format!("key s{}", colour % COLOURS)) viewBox="0 0 12 12" aria-hidden="true" {
                path.mark d=(shape(colour, 6.0, 6.0)) {}
            }
        }
    }

    /// The colours as CSS custom properties, and one class per colour.
    pub(crate) fn css(&self) -> String {
        let properties = |colours: [&str; COLOURS]| {
            colours.iter().enumerate().map(|(n, colour)| format!("--s{n}:{colour};")).collect::<String>()
        };
        let classes: String = (0..COLOURS).map(|n| format!(".s{n}{{--c:var(--s{n})}}")).collect();
        let (light, dark) = (properties(LIGHT), properties(DARK));
        format!(":root{{{light}}}@media(prefers-color-scheme:dark){{:root{{{dark}}}}}{classes}")
    }
}
