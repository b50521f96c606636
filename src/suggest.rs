//! Names that are near to one that is none.

/// What to say to somebody who named something that is not there: the nearest, or a few of what there is.
pub(crate) fn hint(there_is: &str, asked: &str, known: &[&str]) -> String {
    match (nearest(asked, known), known) {
        (Some(near), _) => format!("did you mean `{near}`?"),
        (None, []) => format!("{there_is} none"),
        (None, known) => {
            let more = if known.len() > SHOWN { format!(" and {} more", known.len() - SHOWN) } else { String::new() };
            format!("{there_is}: {}{more}", known[..known.len().min(SHOWN)].join(", "))
        }
    }
}

/// How many names are shown where none is near.
const SHOWN: usize = 8;

/// The name that is most like the one that was asked for, where one is.
pub(crate) fn nearest<'a>(asked: &str, known: &[&'a str]) -> Option<&'a str> {
    let alike = known.iter().map(|name| (strsim::damerau_levenshtein(asked, name), *name));
    let (distance, name) = alike.min_by_key(|(distance, _)| *distance)?;
    // A third of the letters may be wrong; of very short names, one.
    (distance <= (asked.chars().count() / 3).max(1) && distance < name.chars().count()).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_is_near_and_another_word_is_not() {
        let known = ["check", "measure", "run"];
        assert_eq!(nearest("chekc", &known), Some("check"));
        assert_eq!(nearest("mesure", &known), Some("measure"));
        assert_eq!(nearest("compile", &known), None);
        assert_eq!(nearest("", &known), None);
        assert_eq!(hint("there is", "x", &["check", "measure"]), "there is: check, measure");
    }
}
