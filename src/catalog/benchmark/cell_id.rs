//! The identifier of a cell: a benchmark with its parameter, as in `call/typed/20`.
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The identifier of a cell: a benchmark, its parameter, and the depth of the host's stack.
///
/// Written as `unwind/guest-depth/512@50`: 512 guest frames, called below 50 host frames. `@1` is omitted.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema)]
pub struct CellId {
    /// The benchmark's id.
    pub benchmark: String,
    /// The parameter, if the benchmark has one.
    #[serde(rename = "parameter", skip_serializing_if = "Option::is_none", default)]
    pub at: Option<u64>,
    /// Number of host frames below which the cell runs; at least 1.
    pub host_frames: u64,
}

impl CellId {
    /// The first part of the benchmark's id: `call`.
    pub(crate) fn theme(&self) -> &str {
        self.benchmark.split('/').next().unwrap_or_default()
    }
}

impl fmt::Display for CellId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.benchmark)?;
        if let Some(at) = self.at {
            write!(f, "/{at}")?;
        }
        if self.host_frames != 1 {
            write!(f, "@{}", self.host_frames)?;
        }
        Ok(())
    }
}

/// The error for a text that is not a cell identifier.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("invalid cell `{0}`: expected `theme/name[/parameter][@host frames]`")]
pub struct InvalidCellId(String);

impl FromStr for CellId {
    type Err = InvalidCellId;

    fn from_str(text: &str) -> Result<Self, InvalidCellId> {
        let number = |digits: &str| digits.parse::<u64>().map_err(|_| InvalidCellId(text.into()));
        let (path, host_frames) = match text.split_once('@') {
            Some((path, frames)) => (path, number(frames)?),
            None => (text, 1),
        };
        let mut parts = path.split('/');
        let (Some(theme), Some(name), at, None) = (parts.next(), parts.next(), parts.next(), parts.next()) else {
            return Err(InvalidCellId(text.into()));
        };
        Ok(Self { benchmark: format!("{theme}/{name}"), at: at.map(number).transpose()?, host_frames })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn invalid_cell_ids_are_rejected() {
        for text in ["", "a", "a/b/c", "a/b/1/2", "a/b@x", "a/b/-1"] {
            assert_eq!(text.parse::<CellId>(), Err(InvalidCellId(text.into())));
        }
    }

    proptest! {
        #[test]
        fn a_displayed_cell_id_parses_to_the_same_cell_id(id in "[a-z]{1,5}/[a-z-]{1,5}", at: Option<u64>, host_frames: u64) {
            let cell = CellId { benchmark: id, at, host_frames };
            prop_assert_eq!(cell.to_string().parse::<CellId>(), Ok(cell));
        }
    }
}
