//! Suggestions for misspelled names.
use crate::lists::listed;

/// The hint for an unknown name: the nearest known name, or a list of known names.
pub(crate) fn hint(prefix: &str, input: &str, known: &[&str]) -> String {
    match (nearest(input, known), known) {
        (Some(name), _) => format!("did you mean `{name}`?"),
        (None, []) => format!("{prefix} none"),
        (None, known) => format!("{prefix}: {}", listed(known, MAX_LISTED)),
    }
}

/// Most names that a hint lists.
const MAX_LISTED: usize = 12;

/// The known name that is most similar to the given name, if it is similar enough.
pub(crate) fn nearest<'a>(input: &str, known: &[&'a str]) -> Option<&'a str> {
    let distances = known.iter().map(|name| (strsim::damerau_levenshtein(input, name), *name));
    let (distance, name) = distances.min_by_key(|(distance, _)| *distance)?;
    // At most a third of the letters may differ; in very short names, one.
    (distance <= (input.chars().count() / 3).max(1) && distance < name.chars().count()).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelled_name_has_a_suggestion_and_an_unrelated_name_has_none() {
        let known = ["check", "measure", "run"];
        assert_eq!(nearest("chekc", &known), Some("check"));
        assert_eq!(nearest("mesure", &known), Some("measure"));
        assert_eq!(nearest("compile", &known), None);
        assert_eq!(nearest("", &known), None);
        assert_eq!(hint("there is", "x", &["check", "measure"]), "there is: check, measure");
    }
}
