//! A variant in an experiment, with the program that serves it.
use anyhow::Result;

use crate::engine::BackendSpec;
use crate::results::Variant;
use crate::worker::{Hello, Launcher};

/// A variant in an experiment: a column of its report.
#[derive(Debug, Clone)]
pub struct ExperimentVariant {
    /// The label in tables.
    pub label: String,
    /// The backend with its options.
    pub spec: BackendSpec,
    /// Starts its workers; a baseline may have another build's launcher.
    pub launcher: Launcher,
    /// The index of the variant of which this is an A/A control.
    pub control_of: Option<usize>,
    /// The index of the baseline, if there is one.
    pub baseline: Option<usize>,
}

impl ExperimentVariant {
    /// A variant of a build.
    pub fn new(spec: &BackendSpec, launcher: &Launcher) -> Self {
        let (label, launcher) = (spec.label(), launcher.clone());
        Self { label, spec: spec.clone(), launcher, control_of: None, baseline: None }
    }

    /// The same variants, and an A/A control of the first.
    pub fn with_control(mut variants: Vec<Self>) -> Vec<Self> {
        let control =
            |first: &Self| Self { label: format!("{} control", first.label), control_of: Some(0), ..first.clone() };
        variants.extend(variants.first().map(control));
        variants
    }

    /// Its description in a report.
    pub(crate) fn described(&self, hello: Hello) -> Result<Variant> {
        let (control_of, baseline) = (self.control_of, self.baseline);
        Ok(Variant { label: self.label.clone(), control_of, baseline, ..hello.variant(&self.spec)? })
    }
}
