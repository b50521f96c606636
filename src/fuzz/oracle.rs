//! Judges whether variants agree on a module, finds the first mismatch, and whether known issues explain it.
use std::iter::repeat_n;

use crate::engine::known_issue::{CheckKind, explanation};
use crate::fuzz::observation::{self, Action, Observation};
use crate::fuzz::result::{ExplainedMismatch, Mismatch, MismatchGroup};
use crate::fuzz::seed::ModuleSeed;
use crate::lists;
use crate::worker::protocol::ModuleTrial;
use crate::worker::supervisor::WorkerError;

/// The property for a mismatch in the outcome.
const HOW_IT_ENDED: &str = "how it ended";

/// The result of one module per variant; `None` if the worker was lost.
pub(crate) struct ModuleResults {
    /// The module's number.
    pub(crate) number: u64,
    /// In the order of the variants.
    pub(crate) trials: Vec<Option<ModuleTrial>>,
}

impl ModuleResults {
    /// Whether all variants agree: no worker was lost, and the digests of the observations are equal.
    pub(crate) fn agree(&self) -> bool {
        let digest = |trial: &Option<ModuleTrial>| trial.map(|trial| trial.digest);
        self.trials.iter().all(|trial| trial.is_some() && digest(trial) == digest(&self.trials[0]))
    }

    /// The number of calls, and the number of those with an early exit; `None` if no module could be generated.
    pub(crate) fn calls(&self) -> Option<[u32; 2]> {
        let trials = self.trials.iter().flatten();
        let none = trials.clone().any(|trial| trial.digest.is_none());
        (!none).then(|| trials.map(|trial| trial.calls).max().unwrap_or_default())
    }
}

/// The observations of a module on one variant until the first failure, or the action at which the worker was lost, and why.
pub(crate) type ObservedModule = Result<Vec<Observation>, (Action, Description)>;

/// What was observed.
#[derive(PartialEq, Clone)]
pub(crate) struct Description {
    /// In short, valid for other modules too.
    pub(crate) short: String,
    /// In full.
    pub(crate) full: String,
}

impl From<&WorkerError> for Description {
    fn from(lost: &WorkerError) -> Self {
        let short = match lost {
            WorkerError::Crashed(how) => format!("crashed: {}", how.split(';').next().unwrap_or_default()),
            WorkerError::TimedOut(_) => "did not come back".into(),
            WorkerError::OverMemory { .. } => "held too much memory".into(),
            WorkerError::Interrupted => lost.to_string(),
            WorkerError::Protocol(_) => "said what is no answer".into(),
        };
        Self { short, full: lost.to_string() }
    }
}

/// The first mismatch.
pub(crate) fn mismatch(seed: &ModuleSeed, examined: &[ObservedModule]) -> Option<Mismatch> {
    let modules: Vec<_> = examined.iter().flatten().collect();
    // A lost worker has no earlier observations, so the loss is the first mismatch.
    if let Some((action, _)) = examined.iter().find_map(|module| module.as_ref().err()) {
        let place = |module: &&Vec<Observation>| module.iter().position(|other| other.action == *action);
        let place = modules.iter().find_map(place).unwrap_or(0);
        let described = |module: &ObservedModule| match module {
            Err((_, lost)) => lost.clone(),
            Ok(observations) => described(observations.get(place)),
        };
        return Some(grouped(seed, action, HOW_IT_ENDED, examined.iter().map(described)));
    }
    for place in 0..modules.iter().map(|module| module.len()).max()? {
        let observations: Vec<_> = modules.iter().map(|module| module.get(place)).collect();
        let first = observations.iter().flatten().next()?;
        let differ = |key: &dyn Fn(&Observation) -> String| {
            observations.iter().any(|observation| observation.map(key) != observations[0].map(key))
        };
        if differ(&|observation| format!("{:?} {}", observation.action, observation.ended)) {
            return Some(grouped(seed, &first.action, HOW_IT_ENDED, observations.into_iter().map(described)));
        }
        let all = observations.iter().flatten();
        for n in 0..all.clone().map(|observation| observation.with.len()).max()? {
            let nth = |observation: &Observation| observation.with.get(n).cloned().unwrap_or_default();
            if differ(&nth) {
                let described = all.map(|shown| Description { short: shown.ended.clone(), full: nth(shown) });
                return Some(grouped(seed, &first.action, &observation::property(&nth(first)), described));
            }
        }
    }
    None
}

/// The outcome of an action. Different error messages are reported but not compared.
fn described(observation: Option<&Observation>) -> Description {
    let Some(Observation { ended, said, .. }) = observation else {
        return Description { short: "nothing".into(), full: String::new() };
    };
    let said = said.as_deref().map(|said| format!(": {said}")).unwrap_or_default();
    Description { short: format!("{ended}{}", without_numbers(&said)), full: format!("{ended}{said}") }
}

/// The mismatch of the variants' descriptions, in the order of the variants.
fn grouped(
    seed: &ModuleSeed,
    action: &Action,
    property: &str,
    described: impl Iterator<Item = Description>,
) -> Mismatch {
    let group = |(Description { short, full }, variants)| MismatchGroup { variants, observed: short, detail: full };
    let groups = lists::grouped(described.zip(0..)).into_iter().map(group).collect();
    Mismatch { seed: seed.clone(), action: action.clone(), property: property.into(), groups }
}

/// Replaces each number by `#`, so that messages about different modules are equal.
fn without_numbers(text: &str) -> String {
    let mut short = String::new();
    for c in text.chars().take(160) {
        if !c.is_ascii_digit() {
            short.push(c);
        } else if !short.ends_with('#') {
            short.push('#');
        }
    }
    short
}

/// The mismatch that did not occur again in fresh workers.
pub(crate) fn not_reproduced(seed: &ModuleSeed, variants: usize) -> Mismatch {
    let property = "something that was not seen again by itself: it took the modules before it";
    let agreed = Description { short: "agreed".into(), full: "agreed".into() };
    grouped(seed, &Action::Compile, property, repeat_n(agreed, variants))
}

/// The explanation of a mismatch: all groups but one have a known issue.
pub(crate) fn explained(mismatch: &Mismatch, names: &[String]) -> Option<ExplainedMismatch> {
    let of_group = |group: &MismatchGroup| {
        let action = mismatch.action.to_string();
        let observed = match mismatch.property.as_str() {
            HOW_IT_ENDED => group.observed.clone(),
            property => format!("{}, {property}", group.observed),
        };
        let of_variant = |variant: &usize| explanation(&names[*variant], CheckKind::RandomModule, &action, &observed);
        let issues = group.variants.iter().map(of_variant).collect::<Option<Vec<_>>>()?;
        issues.first().map(|(issue, _)| *issue)
    };
    let known: Vec<_> = mismatch.groups.iter().map(of_group).collect();
    let unknown = known.iter().filter(|known| known.is_none()).count();
    let first = known.iter().flatten().next().filter(|_| unknown <= 1)?;
    Some(ExplainedMismatch { reason: first.reason.into(), upstream: first.upstream.into() })
}
