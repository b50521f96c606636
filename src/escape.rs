//! Escapes text from modules, engines and files for the terminal.
use std::borrow::Cow;

/// Escapes each character that is invisible, moves the cursor or changes the text's direction, such as `\u{1b}`. For names,
/// which have one line.
pub(crate) fn escaped(text: &str) -> Cow<'_, str> {
    if !text.contains(steers) {
        return text.into();
    }
    let shown = |c: char| if steers(c) { c.escape_default().to_string() } else { c.to_string() };
    text.chars().map(shown).collect::<String>().into()
}

/// The same for messages; keeps line breaks.
pub(crate) fn escaped_lines(text: &str) -> String {
    text.split('\n').map(|line| escaped(line.strip_suffix('\r').unwrap_or(line))).collect::<Vec<_>>().join("\n")
}

/// Control characters, and invisible characters of Unicode: directions, joiners, line separators, tags.
fn steers(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn invisible_characters_are_escaped_and_visible_ones_kept() {
        assert_eq!(escaped("env.größe 名前 🦀"), "env.größe 名前 🦀");
        assert_eq!(escaped("\u{1b}[2J\r\u{7f}\u{9b}31m"), "\\u{1b}[2J\\r\\u{7f}\\u{9b}31m");
        assert_eq!(escaped("a\u{202e}b\u{2066}c\u{200b}\n"), "a\\u{202e}b\\u{2066}c\\u{200b}\\n");
        assert_eq!(escaped_lines("one\r\ntwo\u{8}\n"), "one\ntwo\\u{8}\n");
    }

    proptest! {
        #[test]
        fn escaping_removes_all_control_characters_and_is_idempotent(text in any::<String>()) {
            let once = escaped(&text).into_owned();
            prop_assert!(!once.contains(steers));
            prop_assert_eq!(escaped(&once), once.as_str());
        }
    }
}
