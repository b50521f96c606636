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
        self.apply_both((knobs, config), (&[], &mut ()))
    }

    /// Applies each option where it belongs: to the compiler's configuration, or to what all backends of the engine share.
    ///
    /// # Errors
    /// As [`apply`](Self::apply).
    pub fn apply_both<C, S>(
        &self,
        (own, config): (&[BackendOption<C>], &mut C),
        (shared, engine): (&[BackendOption<S>], &mut S),
    ) -> Result<()> {
        for (key, value) in &self.0 {
            if !apply_one(own, key, value, config)? && !apply_one(shared, key, value, engine)? {
                let known = own.iter().map(|option| option.key).chain(shared.iter().map(|option| option.key));
                let known: Vec<_> = known.collect();
                bail!("no setting `{key}` here; {}", suggest::hint("there is", key, &known));
            }
        }
        Ok(())
    }

    /// Whether nothing was chosen.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Applies an option, and says whether it is one of these.
fn apply_one<C>(options: &[BackendOption<C>], key: &str, value: &str, config: &mut C) -> Result<bool> {
    let Some(option) = options.iter().find(|option| option.key == key) else { return Ok(false) };
    let Some((_, apply)) = option.values.iter().find(|(name, _)| *name == value) else {
        let known: Vec<_> = option.values.iter().map(|(name, _)| *name).collect();
        bail!("`{key}` takes no `{value}`; {}", suggest::hint("it takes", value, &known));
    };
    apply(config);
    Ok(true)
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
    fn an_option_goes_to_the_table_that_has_it_and_an_unknown_one_lists_both() {
        const SHARED: &[BackendOption<bool>] =
            &[BackendOption { key: "fuel", values: &[("on", |fuel| switch_on(fuel))] }];
        fn switch_on(fuel: &mut bool) -> &mut bool {
            *fuel = true;
            fuel
        }
        let (mut config, mut fuel) = (Vec::new(), false);
        let apply = |text, config: &mut _, fuel: &mut _| {
            BackendOptions::parse(text).and_then(|options| options.apply_both((KNOBS, config), (SHARED, fuel)))
        };
        apply("fuel=on,opt=none", &mut config, &mut fuel).unwrap();
        assert_eq!((config.as_slice(), fuel), (&[1][..], true));
        let error = apply("epoch=on", &mut config, &mut fuel).unwrap_err().to_string();
        assert_eq!(error, "no setting `epoch` here; there is: opt, fuel");
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
