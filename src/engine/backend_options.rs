//! The options of a backend: `opt=none,threads=1` in `cranelift:opt=none,threads=1`.
use std::collections::BTreeMap;
use std::fmt;

use anyhow::{Result, bail};

use crate::suggest;

/// An option that changes a configuration `C`.
pub struct BackendOption<C: 'static> {
    /// The name on the command line.
    pub key: &'static str,
    /// The values, each with the function that applies it.
    pub values: &'static [(&'static str, ApplyOption<C>)],
}

/// A function that applies a value to a configuration, in the style of a builder.
pub type ApplyOption<C> = fn(&mut C) -> &mut C;

/// The key of an option, and its values.
pub type ListedOption = (&'static str, Vec<&'static str>);

/// The keys of options and their values.
pub fn listed<C>(options: &[BackendOption<C>]) -> Vec<ListedOption> {
    options.iter().map(|option| (option.key, option.values.iter().map(|(name, _)| *name).collect())).collect()
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
    pub fn apply<C>(&self, options: &[BackendOption<C>], config: &mut C) -> Result<()> {
        self.apply_both((options, config), (&[], &mut ()))
    }

    /// Applies each option to the compiler's configuration, or to the configuration that all backends of the engine share.
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
                bail!("no option `{key}` here; {}", suggest::hint("there is", key, &known));
            }
        }
        Ok(())
    }

    /// Whether there are no options.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Applies an option if it is in `options`, and returns whether it is.
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

    const OPTIONS: &[BackendOption<Vec<u8>>] =
        &[BackendOption { key: "opt", values: &[("none", |v| set(v, 1)), ("speed", |v| set(v, 2))] }];

    fn set(config: &mut Vec<u8>, to: u8) -> &mut Vec<u8> {
        *config = vec![to];
        config
    }

    #[test]
    fn an_option_is_applied() {
        let mut config = Vec::new();
        BackendOptions::parse("opt=speed").unwrap().apply(OPTIONS, &mut config).unwrap();
        assert_eq!(config, [2]);
    }

    #[test]
    fn an_unknown_option_or_value_lists_the_known_ones() {
        let apply =
            |text| BackendOptions::parse(text).and_then(|s| s.apply(OPTIONS, &mut Vec::new())).unwrap_err().to_string();
        assert_eq!(apply("speed=opt"), "no option `speed` here; there is: opt");
        assert_eq!(apply("opt=fast"), "`opt` takes no `fast`; it takes: none, speed");
        assert_eq!(apply("otp=none"), "no option `otp` here; did you mean `opt`?");
        assert_eq!(apply("opt=sped"), "`opt` takes no `sped`; did you mean `speed`?");
        assert_eq!(apply("opt"), "`opt` is not `option=value`");
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
            BackendOptions::parse(text).and_then(|options| options.apply_both((OPTIONS, config), (SHARED, fuel)))
        };
        apply("fuel=on,opt=none", &mut config, &mut fuel).unwrap();
        assert_eq!((config.as_slice(), fuel), (&[1][..], true));
        let error = apply("epoch=on", &mut config, &mut fuel).unwrap_err().to_string();
        assert_eq!(error, "no option `epoch` here; there is: opt, fuel");
    }

    #[test]
    fn options_are_listed_with_their_values() {
        assert_eq!(listed(OPTIONS), [("opt", vec!["none", "speed"])]);
    }

    proptest! {
        #[test]
        fn displayed_text_is_read_back(pairs in prop::collection::btree_map("[a-z]{1,5}", "[a-z0-9]{0,5}", 0..4)) {
            let options = BackendOptions(pairs);
            prop_assert_eq!(BackendOptions::parse(&options.to_string()).unwrap(), options);
        }
    }
}
