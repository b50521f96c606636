//! Compares observations, and finds the first disagreement.
use crate::engine::known_issue::{CheckKind, explanation};
use crate::fuzz::observation::{Action, Observation};
use crate::fuzz::result::{ExplainedMismatch, Mismatch, MismatchGroup};
use crate::fuzz::seed::ModuleSeed;

/// The property for a mismatch in the outcome.
const HOW_IT_ENDED: &str = "how it ended";

/// The observations of a module on one variant.
pub(crate) struct ObservedModule {
    /// The observations until the first failure.
    pub(crate) observations: Vec<Observation>,
    /// The action at which the worker was lost, and why, in short and in full.
    pub(crate) lost: Option<(Action, (String, String))>,
}

/// One observation to compare.
#[derive(PartialEq, Eq, Clone)]
struct ObservedItem {
    action: Action,
    ended: String,
    with: Vec<String>,
    detail: String,
}

impl ObservedModule {
    /// The observation at an index; the loss of a worker counts at its action.
    fn at(&self, place: usize) -> Option<ObservedItem> {
        if let Some((action, (few, detail))) = &self.lost {
            let (action, ended, detail) = (action.clone(), few.clone(), detail.clone());
            return Some(ObservedItem { action, ended, with: vec![], detail });
        }
        let observations = self.observations.get(place)?;
        let said = observations.said.as_deref().map(|said| format!(": {said}")).unwrap_or_default();
        let (action, with) = (observations.action.clone(), observations.with.clone());
        // Different error messages are reported but not compared.
        Some(ObservedItem {
            action,
            ended: observations.ended.clone(),
            with,
            detail: format!("{}{said}", observations.ended),
        })
    }
}

/// The first mismatch.
pub(crate) fn mismatch(seed: &ModuleSeed, examined: &[ObservedModule]) -> Option<Mismatch> {
    // A lost worker has no earlier observations, so the loss is the first mismatch.
    let most = examined.iter().map(|examined| examined.observations.len()).max()?.max(1);
    if let Some((action, _)) = examined.iter().find_map(|examined| examined.lost.clone()) {
        let place = examined
            .iter()
            .find_map(|examined| examined.observations.iter().position(|observations| observations.action == action));
        let shown = examined.iter().map(|examined| examined.at(place.unwrap_or(0))).collect::<Vec<_>>();
        return Some(parted(seed, action, HOW_IT_ENDED, &shown, key_of));
    }
    for place in 0..most {
        let shown: Vec<_> = examined.iter().map(|examined| examined.at(place)).collect();
        let Some(first) = shown.iter().flatten().next().cloned() else { continue };
        let differs = |key: &dyn Fn(&ObservedItem) -> String| {
            let keys: Vec<_> = shown.iter().map(|shown| shown.as_ref().map(key)).collect();
            keys.iter().any(|key| *key != keys[0])
        };
        if differs(&|shown| format!("{:?} {}", shown.action, shown.ended)) {
            return Some(parted(seed, first.action, HOW_IT_ENDED, &shown, key_of));
        }
        let widest = shown.iter().flatten().map(|shown| shown.with.len()).max().unwrap_or(0);
        for n in 0..widest {
            let nth = |shown: &ObservedItem| shown.with.get(n).cloned().unwrap_or_default();
            if differs(&nth) {
                let property = name_of(&nth(&first));
                return Some(parted(seed, first.action, &property, &shown, |shown| (shown.ended.clone(), nth(shown))));
            }
        }
    }
    None
}

/// The observation in short, valid for other modules too, and in full.
fn key_of(shown: &ObservedItem) -> (String, String) {
    let said = shown.detail.strip_prefix(&shown.ended).unwrap_or_default();
    let few = if shown.ended.starts_with("crashed") { String::new() } else { without_numbers(said) };
    (format!("{}{few}", shown.ended), shown.detail.clone())
}

/// The name in `m: 64 KiB, digest 0`: `m`.
fn name_of(with: &str) -> String {
    match with.split_once(": ") {
        Some((name, _)) => format!("export {name}"),
        None if with.contains("calls of imports") => "the calls of imports".into(),
        None => "what it returned".into(),
    }
}

fn parted(
    seed: &ModuleSeed,
    action: Action,
    property: &str,
    shown: &[Option<ObservedItem>],
    words: impl Fn(&ObservedItem) -> (String, String),
) -> Mismatch {
    let mut groups: Vec<MismatchGroup> = Vec::new();
    for (variant, shown) in shown.iter().enumerate() {
        let (observed, detail) = shown.as_ref().map_or_else(|| ("nothing".into(), String::new()), &words);
        match groups.iter_mut().find(|group| group.observed == observed && group.detail == detail) {
            Some(group) => group.variants.push(variant),
            None => groups.push(MismatchGroup { variants: vec![variant], observed, detail }),
        }
    }
    Mismatch { seed: seed.clone(), action, property: property.into(), groups }
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

impl ObservedModule {
    /// The mismatch that did not occur again in fresh workers.
    pub(crate) const NOT_AGAIN: fn(&ModuleSeed, usize) -> Mismatch = |seed, variants| Mismatch {
        seed: seed.clone(),
        action: Action::Compile,
        property: "something that was not seen again by itself: it took the modules before it".into(),
        groups: vec![MismatchGroup {
            variants: (0..variants).collect(),
            observed: "agreed".into(),
            detail: "agreed".into(),
        }],
    };
}

/// The explanation of a mismatch: all groups but one have a known issue.
pub(crate) fn explained(mismatch: &Mismatch, names: &[String]) -> Option<ExplainedMismatch> {
    let of_group = |group: &MismatchGroup| {
        let action = mismatch.action.to_string();
        let observed = match mismatch.property.as_str() {
            HOW_IT_ENDED => group.observed.clone(),
            property => format!("{}, {property}", group.observed),
        };
        let mut known = group.variants.iter().map(|variant| {
            explanation(&names[*variant], CheckKind::RandomModule, &action, &observed).map(|(issue, _)| issue)
        });
        let first = known.next()??;
        known.all(|issue| issue.is_some()).then_some(first)
    };
    let known: Vec<_> = mismatch.groups.iter().map(of_group).collect();
    let unknown = known.iter().filter(|known| known.is_none()).count();
    let first = known.iter().flatten().next().filter(|_| unknown <= 1)?;
    Some(ExplainedMismatch { reason: first.reason.into(), upstream: first.upstream.into() })
}
