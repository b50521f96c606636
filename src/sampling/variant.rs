//! A variant in an experiment, with the program that serves it.
use anyhow::Result;

use crate::sampling::code_alignment::CodePage;
use crate::worker::{Hello, Launcher, Worker};

/// A subject that takes part in a run: a column of its report.
#[derive(Debug, Clone)]
pub struct ExperimentVariant {
    /// What tables call it.
    pub label: String,
    /// The backend and its settings.
    pub spec: String,
    /// Whose workers it runs in: another build's, mostly this one's.
    pub launcher: Launcher,
    /// The place of the entrant that it repeats.
    pub control_of: Option<usize>,
    /// The place of the entrant that it is held against, where it is not the first.
    pub baseline: Option<usize>,
}

impl ExperimentVariant {
    /// A subject of a build.
    pub fn new(spec: &str, launcher: &Launcher) -> Self {
        Self { label: spec.into(), spec: spec.into(), launcher: launcher.clone(), control_of: None, baseline: None }
    }

    /// The first of a field once more: the twin shows how far two that are the same come apart.
    pub fn control(field: &[Self]) -> Option<Self> {
        let first = field.first()?;
        Some(Self { label: format!("{} control", first.label), control_of: Some(0), ..first.clone() })
    }

    /// These subjects of a build, and a twin.
    pub fn field(specs: &[String], launcher: &Launcher) -> Vec<Self> {
        let mut field: Vec<_> = specs.iter().map(|spec| Self::new(spec, launcher)).collect();
        field.extend(Self::control(&field));
        field
    }

    pub(crate) fn launch(&self, like: Option<CodePage>) -> Result<(Worker, Hello)> {
        self.launcher.launch_like(&self.spec, like)
    }
}
