//! A variant in an experiment, with the program that serves it.
use anyhow::Result;

use crate::engine;
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
    pub twin_of: Option<usize>,
    /// The place of the entrant that it is held against, where it is not the first.
    pub held_against: Option<usize>,
}

impl ExperimentVariant {
    /// A subject of a build.
    pub fn new(spec: &str, launcher: &Launcher) -> Self {
        let (label, launcher) = (engine::label(spec).into(), launcher.clone());
        Self { label, spec: spec.into(), launcher, twin_of: None, held_against: None }
    }

    /// The first of a field once more: the twin shows how far two that are the same come apart.
    pub fn twin(field: &[Self]) -> Option<Self> {
        let first = field.first()?;
        Some(Self { label: format!("{} again", first.label), twin_of: Some(0), ..first.clone() })
    }

    /// These subjects of a build, and a twin.
    pub fn field(specs: &[String], launcher: &Launcher) -> Vec<Self> {
        Self::with_twin(specs.iter().map(|spec| Self::new(spec, launcher)).collect())
    }

    /// The same variants, and a twin.
    pub fn with_twin(mut field: Vec<Self>) -> Vec<Self> {
        field.extend(Self::twin(&field));
        field
    }

    pub(crate) fn launch(&self, like: Option<CodePage>) -> Result<(Worker, Hello)> {
        self.launcher.launch_like(&self.spec, like)
    }
}
