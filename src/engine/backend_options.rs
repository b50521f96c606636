//! The options of a backend: `opt=none,threads=1` in `cranelift:opt=none,threads=1`.
use std::collections::BTreeMap;
use std::fmt;

use anyhow::{Result, bail};

use crate::suggest;

/// The values of options: per value the option's name, the value, and the function that applies it to a configuration `C`.
/// The values of one option are adjacent.
pub type OptionTable<C> = &'static [(&'static str, &'static str, fn(&mut C))];

/// The key of an option, and its values.
pub type ListedOption = (&'static str, Vec<&'static str>);

/// The options of some tables, each with its values.
pub fn listed<C>(tables: &[OptionTable<C>]) -> Vec<ListedOption> {
    let rows: Vec<_> = tables.iter().copied().flatten().map(|(key, value, _)| (*key, *value)).collect();
    let options = rows.chunk_by(|(one, _), (next, _)| one == next);
    options.map(|values| (values[0].0, values.iter().map(|(_, value)| *value).collect())).collect()
}

/// The options that the user chose, in canonical order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BackendOptions(BTreeMap<String, String>);

impl BackendOptions {
    /// Parses `opt=none,threads=1`.
    ///
    /// # Errors
    /// If a part is not `option=value`, or an option is given twice.
    pub fn parse(text: &str) -> Result<Self> {
        let mut options = BTreeMap::new();
        for pair in text.split(',').filter(|pair| !pair.is_empty()) {
            let Some((key, value)) = pair.split_once('=') else { bail!("`{pair}` is not `option=value`") };
            if options.insert(key.to_owned(), value.to_owned()).is_some() {
                bail!("`{key}` is set twice");
            }
        }
        Ok(Self(options))
    }

    /// Parses a library's `LABEL=PATH`. The path may contain any characters.
    ///
    /// # Errors
    /// If the text contains no `=`.
    pub fn pair(text: &str) -> Result<Self> {
        let Some((key, value)) = text.split_once('=') else { bail!("`{text}` is not `LABEL=PATH`") };
        Ok(Self::default().with(key, value))
    }

    /// Adds an option, or replaces its value.
    #[must_use]
    pub fn with(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.0.insert(key.into(), value.into());
        self
    }

    /// The option, if there is exactly one.
    pub fn single(&self) -> Option<(&str, &str)> {
        match self.0.iter().next() {
            Some((key, value)) if self.0.len() == 1 => Some((key, value)),
            _ => None,
        }
    }

    /// Applies the options to a configuration.
    ///
    /// # Errors
    /// If an option or a value is unknown. The message suggests a known one, or lists all.
    pub fn apply<C>(&self, tables: &[OptionTable<C>], config: &mut C) -> Result<()> {
        let options = listed(tables);
        for (key, value) in &self.0 {
            let Some((_, values)) = options.iter().find(|(known, _)| known == key) else {
                let known: Vec<_> = options.iter().map(|(known, _)| *known).collect();
                bail!("no option `{key}` here; {}", suggest::hint("there is", key, &known));
            };
            let mut rows = tables.iter().copied().flatten();
            let Some((.., apply)) = rows.find(|(known, name, _)| known == key && name == value) else {
                bail!("`{key}` takes no `{value}`; {}", suggest::hint("it takes", value, values));
            };
            apply(config);
        }
        Ok(())
    }

    /// Whether there are no options.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Display for BackendOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let pairs: Vec<_> = self.0.iter().map(|(key, value)| format!("{key}={value}")).collect();
        f.write_str(&pairs.join(","))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const TABLES: &[OptionTable<Vec<u8>>] = &[
        &[("opt", "none", |config| config.push(1)), ("opt", "speed", |config| config.push(2))],
        &[("fuel", "on", |config| config.push(3))],
    ];

    #[test]
    fn the_chosen_values_are_applied() {
        for (text, applied) in [("opt=speed", &[2][..]), ("fuel=on,opt=none", &[3, 1])] {
            let mut config = Vec::new();
            BackendOptions::parse(text).unwrap().apply(TABLES, &mut config).unwrap();
            assert_eq!(config, applied);
        }
    }

    #[test]
    fn an_unknown_option_or_value_lists_the_known_ones() {
        for (text, message) in [
            ("speed=opt", "no option `speed` here; there is: opt, fuel"),
            ("opt=fast", "`opt` takes no `fast`; it takes: none, speed"),
            ("otp=none", "no option `otp` here; did you mean `opt`?"),
            ("opt=sped", "`opt` takes no `sped`; did you mean `speed`?"),
            ("opt", "`opt` is not `option=value`"),
            ("opt=none,opt=speed", "`opt` is set twice"),
        ] {
            let error = BackendOptions::parse(text).and_then(|options| options.apply(TABLES, &mut Vec::new()));
            assert_eq!(error.unwrap_err().to_string(), message);
        }
    }

    #[test]
    fn options_are_listed_with_their_values() {
        assert_eq!(listed(TABLES), [("opt", vec!["none", "speed"]), ("fuel", vec!["on"])]);
    }

    proptest! {
        #[test]
        fn displayed_text_is_read_back(pairs in prop::collection::btree_map("[a-z]{1,5}", "[a-z0-9]{0,5}", 0..4)) {
            let options = BackendOptions(pairs);
            prop_assert_eq!(BackendOptions::parse(&options.to_string()).unwrap(), options);
        }
    }
}
