//! The import call at which a stub ends the guest.
use std::fmt;
use std::str::FromStr;

use anyhow::{Result, bail, ensure};
use serde::{Deserialize, Serialize};

use crate::engine::embedding::{ExternKind, Interface};
use crate::suggest;

/// The import call that ends a guest: `IMPORT`, `MODULE.IMPORT` or `any`, with `#N` for the Nth call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExitAt {
    /// The import; `None` for any.
    pub import: Option<String>,
    /// The number of the call, from 1.
    pub nth: u64,
}

impl ExitAt {
    /// Whether an import matches.
    pub fn names(&self, module: &str, name: &str) -> bool {
        self.import.as_deref().is_none_or(|asked| {
            asked == name || asked.strip_prefix(module).and_then(|rest| rest.strip_prefix('.')) == Some(name)
        })
    }

    /// Checks that the module has a matching import.
    ///
    /// # Errors
    /// When no import matches. The error lists the imports.
    pub fn check(&self, interface: &Interface) -> Result<()> {
        let functions = interface.imports.iter().filter(|import| matches!(import.kind, ExternKind::Function(_)));
        let known: Vec<_> = functions.map(|import| (import.module.as_str(), import.name.as_str())).collect();
        let asked = self.import.as_deref().unwrap_or("any");
        ensure!(!known.is_empty(), "--exit-at {asked}: the module imports no function");
        if !known.iter().any(|(module, name)| self.names(module, name)) {
            let with_module: Vec<String> = known.iter().map(|(module, name)| format!("{module}.{name}")).collect();
            let names: Vec<&str> = match asked.contains('.') {
                true => with_module.iter().map(String::as_str).collect(),
                false => known.iter().map(|(_, name)| *name).collect(),
            };
            let hint = suggest::hint("it imports", asked, &names);
            bail!("--exit-at: the module imports no function `{asked}`; {hint}");
        }
        Ok(())
    }
}

impl FromStr for ExitAt {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (import, nth) = match text.rsplit_once('#') {
            Some((import, nth)) => (import, nth.parse().ok().filter(|nth| *nth > 0)),
            None => (text, Some(1)),
        };
        let nth = nth.ok_or("what follows `#` is a number, from 1")?;
        match import {
            "" => Err("IMPORT, IMPORT#N, or any".into()),
            "any" => Ok(Self { import: None, nth }),
            named => Ok(Self { import: Some(named.into()), nth }),
        }
    }
}

impl fmt::Display for ExitAt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}#{}", self.import.as_deref().unwrap_or("any"), self.nth)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn an_import_is_named_with_its_module_or_without() {
        let at: ExitAt = "env.f#3".parse().unwrap();
        assert!(at.names("env", "f") && at.names("x", "env.f") && !at.names("env", "g") && !at.names("x", "f"));
        assert_eq!(at.nth, 3);
        assert!("any".parse::<ExitAt>().unwrap().names("x", "y"));
        for wrong in ["", "#1", "f#", "f#0", "f#x"] {
            assert!(wrong.parse::<ExitAt>().is_err(), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "[-+0-9a-fxn:_i.#]{0,44}|\\PC{0,12}") {
            let _ = text.parse::<ExitAt>();
        }
    }
}
