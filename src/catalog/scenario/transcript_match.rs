//! Compares a transcript with the lines that its scenario expects, in which `[..]` stands for any text.
use std::fmt;

use super::Scenario;

/// The first line that differs from the expected line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deviation {
    /// Line number, counted from 1.
    pub line: usize,
    /// The expected line; `None` if the transcript has more lines than expected.
    pub expected: Option<String>,
    /// The line of the transcript; `None` if the transcript has fewer lines than expected.
    pub observed: Option<String>,
}

impl fmt::Display for Deviation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let quoted = |line: &Option<String>| line.as_ref().map_or("nothing".into(), |line| format!("`{line}`"));
        write!(f, "line {}: expected {}, came {}", self.line, quoted(&self.expected), quoted(&self.observed))
    }
}

impl Scenario {
    /// The first line that differs from the expected transcript; `None` if the transcript is as expected.
    pub fn deviation(&self, transcript: &[String]) -> Option<Deviation> {
        (0..self.expect.len().max(transcript.len())).find_map(|n| {
            let (expected, observed) = (self.expect.get(n).copied(), transcript.get(n));
            let equal = matches!((expected, observed), (Some(expected), Some(observed)) if matches(expected, observed));
            let expected = expected.map(str::to_owned);
            (!equal).then(|| Deviation { line: n + 1, expected, observed: observed.cloned() })
        })
    }
}

/// Whether a line matches a pattern, in which `[..]` matches any text. A pattern has no other special characters.
pub fn matches(pattern: &str, line: &str) -> bool {
    let Some((before, mut pattern)) = pattern.split_once("[..]") else { return pattern == line };
    let Some(mut line) = line.strip_prefix(before) else { return false };
    // Between two wildcards the first match is sufficient; the text after the last wildcard must end the line.
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

    fn deviation(expected: &'static [&'static str], transcript: &[&str]) -> Option<String> {
        let transcript: Vec<_> = transcript.iter().map(|line| (*line).to_owned()).collect();
        Scenario::by_family("test", "a test", expected).deviation(&transcript).map(|deviation| deviation.to_string())
    }

    #[test]
    fn a_missing_line_an_extra_line_and_a_different_line_have_different_messages() {
        assert_eq!(deviation(&["a", "took [..] ms", "[..]"], &["a", "took 7 ms", ""]), None);
        assert_eq!(deviation(&["a", "b"], &["a"]).unwrap(), "line 2: expected `b`, came nothing");
        assert_eq!(deviation(&["a"], &["a", "b"]).unwrap(), "line 2: expected nothing, came `b`");
        assert_eq!(deviation(&["a", "b"], &["a", "c"]).unwrap(), "line 2: expected `b`, came `c`");
    }

    #[test]
    fn a_wildcard_leaves_the_text_that_must_follow() {
        assert!(matches("a[..]b[..]c", "a b b c"));
        assert!(!matches("a[..]b[..]c", "a c"));
        assert!(!matches("a[..]a", "a"));
        assert!(!matches("[..]x", "x y"));
    }

    proptest! {
        #[test]
        fn a_wildcard_matches_any_text(parts in prop::collection::vec("[a-c ]{0,4}", 1..5), fill in "[a-c ]{0,6}") {
            prop_assert!(matches(&parts.join("[..]"), &parts.join(&fill)));
        }

        #[test]
        fn a_pattern_without_wildcards_matches_only_an_equal_line(a in "[a-c]{0,3}", b in "[a-c]{0,3}") {
            prop_assert_eq!(matches(&a, &b), a == b);
        }
    }
}
