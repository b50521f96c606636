//! Where a transcript leaves its script.
use std::fmt;

/// The first line that is not as the script has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deviation {
    /// Counted from 1.
    pub line: usize,
    /// What the script has there; nothing where it has ended.
    pub expected: Option<String>,
    /// What was said; nothing where the transcript has ended.
    pub came: Option<String>,
}

impl fmt::Display for Deviation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let quoted = |line: &Option<String>| line.as_ref().map_or("nothing".into(), |line| format!("`{line}`"));
        write!(f, "line {}: expected {}, came {}", self.line, quoted(&self.expected), quoted(&self.came))
    }
}

pub(crate) fn deviation(script: &[&str], said: &[String]) -> Option<Deviation> {
    (0..script.len().max(said.len())).find_map(|n| {
        let (expected, came) = (script.get(n).copied(), said.get(n));
        let as_written = matches!((expected, came), (Some(expected), Some(came)) if matches(expected, came));
        (!as_written).then(|| Deviation { line: n + 1, expected: expected.map(str::to_owned), came: came.cloned() })
    })
}

/// Whether a line is as its pattern has it. `[..]` stands for any text; there is nothing else to know.
pub fn matches(pattern: &str, line: &str) -> bool {
    let Some((before, mut pattern)) = pattern.split_once("[..]") else { return pattern == line };
    let Some(mut line) = line.strip_prefix(before) else { return false };
    // Between two wild cards the first find is as good as any; what follows the last must end the line.
    while let Some((middle, rest)) = pattern.split_once("[..]") {
        let Some(found) = line.find(middle) else { return false };
        (pattern, line) = (rest, &line[found + middle.len()..]);
    }
    line.ends_with(pattern)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn said(lines: &[&str]) -> Vec<String> {
        lines.iter().map(|line| (*line).to_owned()).collect()
    }

    #[test]
    fn the_script_itself_does_not_deviate() {
        assert_eq!(deviation(&["a", "took [..] ms", "[..]"], &said(&["a", "took 7 ms", ""])), None);
    }

    #[test]
    fn too_little_and_too_much_are_told_apart() {
        let short = deviation(&["a", "b"], &said(&["a"])).unwrap();
        assert_eq!(short.to_string(), "line 2: expected `b`, came nothing");
        let long = deviation(&["a"], &said(&["a", "b"])).unwrap();
        assert_eq!(long.to_string(), "line 2: expected nothing, came `b`");
        let other = deviation(&["a", "b"], &said(&["a", "c"])).unwrap();
        assert_eq!(other.to_string(), "line 2: expected `b`, came `c`");
    }

    #[test]
    fn a_wild_card_does_not_swallow_what_must_follow() {
        assert!(matches("a[..]b[..]c", "a b b c"));
        assert!(!matches("a[..]b[..]c", "a c"));
        assert!(!matches("a[..]a", "a"));
        assert!(!matches("[..]x", "x y"));
    }

    proptest! {
        #[test]
        fn any_text_fits_its_place(parts in prop::collection::vec("[a-c ]{0,4}", 1..5), fill in "[a-c ]{0,6}") {
            prop_assert!(matches(&parts.join("[..]"), &parts.join(&fill)));
        }

        #[test]
        fn without_a_wild_card_only_the_same_line_matches(a in "[a-c]{0,3}", b in "[a-c]{0,3}") {
            prop_assert_eq!(matches(&a, &b), a == b);
        }
    }
}
