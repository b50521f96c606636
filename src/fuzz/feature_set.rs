//! The WebAssembly features that random modules may use.
use serde::{Deserialize, Serialize};
use wasm_smith::Config;

use crate::engine::known_issue::{BRANCH_TABLE_WITH_VALUES, MULTI_VALUE_IMPORTS, SELECT_BY_COMPARISON};

/// The features that random modules may use: those that all backends claim, with exceptions.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FeatureSet {
    /// The names of the proposals.
    pub features: Vec<String>,
}

/// A feature that random modules do not use.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExcludedFeature {
    /// The feature.
    pub feature: String,
    /// The reason.
    pub reason: String,
}

/// Features with engine-specific results, or with guests that wait forever.
const UNUSED: &[(&str, &str)] = &[
    ("relaxed-simd", "its results are the engine's to choose"),
    ("threads", "a guest that waits for a notice would wait for ever"),
];

/// Turns a feature on or off.
type SetFeature = fn(&mut Config, bool);

/// Configures the generator for each feature.
const SWITCHES: &[(&str, SetFeature)] = &[
    ("multi-value", |config, on| config.multi_value_enabled = on),
    // The module's shape applies this feature.
    (MULTI_VALUE_IMPORTS, |_, _| ()),
    // Modules are rewritten without these.
    (SELECT_BY_COMPARISON, |_, _| ()),
    (BRANCH_TABLE_WITH_VALUES, |_, _| ()),
    ("reference-types", |config, on| config.reference_types_enabled = on),
    ("bulk-memory", |config, on| config.bulk_memory_enabled = on),
    ("simd", |config, on| config.simd_enabled = on),
    ("relaxed-simd", |config, on| config.relaxed_simd_enabled = on),
    ("threads", |config, on| config.threads_enabled = on),
    ("exceptions", |config, on| config.exceptions_enabled = on),
    ("extended-const", |config, on| config.extended_const_enabled = on),
    ("tail-call", |config, on| config.tail_call_enabled = on),
    ("memory64", |config, on| config.memory64_enabled = on),
    ("wide-arithmetic", |config, on| config.wide_arithmetic_enabled = on),
    ("multi-memory", |config, on| config.max_memories = if on { 2 } else { 1 }),
];

impl FeatureSet {
    /// The features that all backends claim, except those that `refused` gives a reason against; and the excluded features that
    /// some backend claims.
    pub fn common(claims: &[Vec<String>], refused: impl Fn(&str) -> Option<String>) -> (Self, Vec<ExcludedFeature>) {
        let (mut features, mut left_out) = (Vec::new(), Vec::new());
        for (feature, _) in SWITCHES {
            let claim = match *feature {
                MULTI_VALUE_IMPORTS | BRANCH_TABLE_WITH_VALUES => "multi-value",
                whole => whole,
            };
            let claims_it = |claimed: &&Vec<String>| claimed.iter().any(|name| name == claim);
            let claimed =
                claims.iter().filter(|claimed| *feature == SELECT_BY_COMPARISON || claims_it(claimed)).count();
            let never = UNUSED.iter().find(|(name, _)| name == feature).map(|(_, reason)| (*reason).to_owned());
            let reason = match claimed {
                0 => continue,
                some if some < claims.len() => Some("not all of the backends have it".into()),
                _ => never.or_else(|| refused(feature)),
            };
            match reason {
                Some(reason) => left_out.push(ExcludedFeature { feature: (*feature).into(), reason }),
                None => features.push((*feature).into()),
            }
        }
        (Self { features }, left_out)
    }

    /// Whether a feature is included.
    pub(crate) fn has(&self, feature: &str) -> bool {
        self.features.iter().any(|known| known == feature)
    }

    /// A subset of the features.
    pub(crate) fn some(&self, mut wanted: impl FnMut() -> bool) -> Self {
        Self { features: self.features.iter().filter(|_| wanted()).cloned().collect() }
    }

    /// Configures the generator.
    pub(crate) fn apply(&self, config: &mut Config) {
        for (feature, switch) in SWITCHES {
            switch(config, self.has(feature));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn common_features_are_claimed_by_all_and_refused_by_none() {
        let claims = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        let claims =
            [claims(&["simd", "threads", "multi-value"]), claims(&["threads", "multi-value", "simd", "exceptions"])];
        let (features, left_out) =
            FeatureSet::common(&claims, |feature| (feature == "simd").then(|| "it panics".into()));
        assert_eq!(
            features.features,
            ["multi-value", MULTI_VALUE_IMPORTS, SELECT_BY_COMPARISON, BRANCH_TABLE_WITH_VALUES]
        );
        let left_out: Vec<_> = left_out.iter().map(|out| (out.feature.as_str(), out.reason.as_str())).collect();
        let expected =
            [("simd", "it panics"), ("threads", UNUSED[1].1), ("exceptions", "not all of the backends have it")];
        assert_eq!(left_out, expected);
    }
}
