//! `cranelift:opt=none,threads=1`: settings that make a subject of its own.
use std::collections::BTreeMap;
use std::fmt;

use anyhow::{Result, bail};

use crate::suggest;

/// A knob of a compiler configuration `C`, with the values that it takes.
pub struct BackendOption<C: 'static> {
    /// What the command line calls it.
    pub key: &'static str,
    /// The values that it takes, each with what it does.
    pub values: &'static [(&'static str, ApplyOption<C>)],
}

/// What a value does to a configuration, in the style of a builder.
pub type ApplyOption<C> = fn(&mut C) -> &mut C;

/// An option of a backend, with the values that it takes.
pub type Listed = (&'static str, Vec<&'static str>);

/// The names of knobs and of their values.
pub fn listed<C>(knobs: &[BackendOption<C>]) -> Vec<Listed> {
    knobs.iter().map(|knob| (knob.key, knob.values.iter().map(|(name, _)| *name).collect())).collect()
}

/// What the user chose, in canonical order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BackendOptions(BTreeMap<String, String>);

impl BackendOptions {
    /// Reads `opt=none,threads=1`.
    ///
    /// # Errors
    /// When a part is no `setting=value`, or a setting is given twice.
    pub fn parse(text: &str) -> Result<Self> {
        let mut settings = BTreeMap::new();
        for pair in text.split(',').filter(|pair| !pair.is_empty()) {
            let Some((key, value)) = pair.split_once('=') else { bail!("`{pair}` is not `setting=value`") };
            if settings.insert(key.to_owned(), value.to_owned()).is_some() {
                bail!("`{key}` is set twice");
            }
        }
        Ok(Self(settings))
    }

    /// Reads one `setting=value`, in which the value may be anything.
    ///
    /// # Errors
    /// When it is none.
    pub fn pair(text: &str) -> Result<Self> {
        let Some((key, value)) = text.split_once('=') else { bail!("`{text}` is not `LABEL=PATH`") };
        Ok(Self(BTreeMap::from([(key.to_owned(), value.to_owned())])))
    }

    /// The setting, where there is one alone.
    pub fn single(&self) -> Option<(&str, &str)> {
        match self.0.iter().next() {
            Some((key, value)) if self.0.len() == 1 => Some((key, value)),
            _ => None,
        }
    }

    /// Turns the knobs of `config`.
    ///
    /// # Errors
    /// When there is no such knob, or it takes no such value; names those that there are.
    pub fn apply<C>(&self, knobs: &[BackendOption<C>], config: &mut C) -> Result<()> {
        for (key, value) in &self.0 {
            let Some(knob) = knobs.iter().find(|knob| knob.key == key) else {
                let known: Vec<_> = knobs.iter().map(|knob| knob.key).collect();
                bail!("no setting `{key}` here; {}", suggest::hint("there is", key, &known));
            };
            let Some((_, turn)) = knob.values.iter().find(|(name, _)| name == value) else {
                let known: Vec<_> = knob.values.iter().map(|(name, _)| *name).collect();
                bail!("`{key}` takes no `{value}`; {}", suggest::hint("it takes", value, &known));
            };
            turn(config);
        }
        Ok(())
    }

    /// Whether nothing was chosen.
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

    const KNOBS: &[BackendOption<Vec<u8>>] =
        &[BackendOption { key: "opt", values: &[("none", |v| set(v, 1)), ("speed", |v| set(v, 2))] }];

    fn set(config: &mut Vec<u8>, to: u8) -> &mut Vec<u8> {
        *config = vec![to];
        config
    }

    #[test]
    fn a_knob_is_turned() {
        let mut config = Vec::new();
        BackendOptions::parse("opt=speed").unwrap().apply(KNOBS, &mut config).unwrap();
        assert_eq!(config, [2]);
    }

    #[test]
    fn what_is_wrong_names_what_is_right() {
        let apply =
            |text| BackendOptions::parse(text).and_then(|s| s.apply(KNOBS, &mut Vec::new())).unwrap_err().to_string();
        assert_eq!(apply("speed=opt"), "no setting `speed` here; there is: opt");
        assert_eq!(apply("opt=fast"), "`opt` takes no `fast`; it takes: none, speed");
        assert_eq!(apply("otp=none"), "no setting `otp` here; did you mean `opt`?");
        assert_eq!(apply("opt=sped"), "`opt` takes no `sped`; did you mean `speed`?");
        assert_eq!(apply("opt"), "`opt` is not `setting=value`");
        assert_eq!(apply("opt=none,opt=speed"), "`opt` is set twice");
    }

    #[test]
    fn knobs_are_listed_with_their_values() {
        assert_eq!(listed(KNOBS), [("opt", vec!["none", "speed"])]);
    }

    proptest! {
        #[test]
        fn what_is_displayed_is_read_back(pairs in prop::collection::btree_map("[a-z]{1,5}", "[a-z0-9]{0,5}", 0..4)) {
            let settings = BackendOptions(pairs);
            prop_assert_eq!(BackendOptions::parse(&settings.to_string()).unwrap(), settings);
        }
    }
}
