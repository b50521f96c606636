//! Lists: pairs grouped by their key, and the first names of many.
use std::borrow::Borrow;

/// The value of a key in a list of pairs; a new key is appended, so the list keeps the order of first occurrence.
pub(crate) fn entry<K: PartialEq, V: Default>(pairs: &mut Vec<(K, V)>, key: K) -> &mut V {
    let existing = pairs.iter().position(|(known, _)| *known == key);
    let index = existing.unwrap_or_else(|| {
        pairs.push((key, V::default()));
        pairs.len() - 1
    });
    &mut pairs[index].1
}

/// The values of each key, in the order of the keys' first occurrence.
pub(crate) fn grouped<K: PartialEq, V>(pairs: impl IntoIterator<Item = (K, V)>) -> Vec<(K, Vec<V>)> {
    let mut groups: Vec<(K, Vec<V>)> = Vec::new();
    for (key, value) in pairs {
        entry(&mut groups, key).push(value);
    }
    groups
}

/// At most `most` names, and the number of others: `a, b and 3 more`.
pub(crate) fn listed(names: &[impl Borrow<str>], most: usize) -> String {
    let first = names[..names.len().min(most)].join(", ");
    match names.len().saturating_sub(most) {
        0 => first,
        others => format!("{first} and {others} more"),
    }
}
