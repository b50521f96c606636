//! A known cost on top of a cell, to see whether it is found.
use crate::catalog::benchmark::CellId;

/// What a cell carries on top of what it does.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub enum InjectedSlowdown {
    /// Nothing.
    #[default]
    None,
    /// A spin inside the timer and outside of the measured code, for this share of the time that the slice itself has just
    /// taken. Not of what was seen before: where others come and go, a machine is twice as fast from one second to the
    /// next, and what costs more costs more then too.
    Spin(f64),
    /// More of the measured work itself: the benchmark's parameter is greater by this share.
    Work(f64),
}

impl InjectedSlowdown {
    /// The share of the cell's time that it is meant to add.
    pub fn share(self) -> f64 {
        match self {
            Self::None => 0.0,
            Self::Spin(share) | Self::Work(share) => share,
        }
    }

    /// What is prepared in place of an address.
    pub(crate) fn on(self, address: &CellId) -> CellId {
        match (self, address.at) {
            (Self::Work(share), Some(at)) => {
                CellId { at: Some((at as f64 * (1.0 + share)).round() as u64), ..address.clone() }
            }
            _ => address.clone(),
        }
    }

    /// The share of its time that each slice spins besides.
    pub(crate) fn spin(self) -> f64 {
        match self {
            Self::Spin(share) => share,
            Self::None | Self::Work(_) => 0.0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_is_more_of_the_same_and_a_spin_is_beside_it() {
        let address = CellId { benchmark: "execute/chain".into(), at: Some(10_000), host_frames: 1 };
        assert_eq!(InjectedSlowdown::Work(0.02).on(&address).at, Some(10_200));
        assert_eq!(InjectedSlowdown::Spin(0.02).on(&address), address);
        assert_eq!(InjectedSlowdown::Spin(0.02).spin(), 0.02);
        assert_eq!(InjectedSlowdown::Work(0.02).spin(), 0.0);
        assert_eq!(InjectedSlowdown::None.share(), 0.0);
    }
}
