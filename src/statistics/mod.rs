//! Pure statistics: from samples to estimates with intervals, and to verdicts.
//!
//! No function reads a clock, a file or a random number, or depends on engines. All functions are total: they return
//! `None` for invalid input, and never NaN or infinity.
//!
//! The unit of replication is the *launch* (one set of fresh worker processes), because rounds within a process share its
//! layout and agree better with each other than with other processes:
//! T. Kalibera and R. Jones, "Rigorous benchmarking in reasonable time", ISMM 2013. Each launch gives one number (a median of
//! log ratios, a median time, a slope, a rest), and an [`Estimate`] is taken over the launches.
//!
//! | question | function |
//! | --- | --- |
//! | How are samples distributed? | [`median`], [`scaled_mad`] |
//! | How do two cells compare? | [`log_ratios`] per launch, then [`typical_ratio`] |
//! | How do cells of two runs compare? | [`unpaired`], widened by the [`RunShift`] |
//! | How long does one cell take? | [`typical_time`] |
//! | Which differences are real? | [`judge`] against a [`Margin`], corrected by [`benjamini_hochberg`](fn@benjamini_hochberg) |
//! | Which difference could be detected? | [`smallest_resolvable`] |
//! | How often is a verdict wrong? | [`Proportion`] |
//! | How fast does a number grow? | [`slope`] |
//! | Where does the time go? | [`breakdown`] |
//! | Which cost is lowest for which number of calls? | [`cheapest`] |
//! | Is the batch warm? | [`is_warm`] |
#[cfg(test)]
mod any_input;
mod benjamini_hochberg;
mod breakdown;
mod cheapest;
mod describe;
mod interval;
mod outliers;
mod paired;
mod proportion;
mod ratio_verdict;
mod resolution;
#[cfg(test)]
mod simulation;
mod theil_sen;
mod typical_launch;
mod unpaired;
mod warmup;

use outliers::TOLERANCE;

pub use benjamini_hochberg::benjamini_hochberg;
pub use breakdown::{Breakdown, breakdown};
pub use cheapest::{CheapestRange, CostRange, LinearCost, cheapest};
pub use describe::{median, scaled_mad};
pub use interval::{Confidence, Interval};
pub use paired::{log_ratios, typical_ratio, typical_time};
pub use proportion::Proportion;
pub use ratio_verdict::{Margin, RatioVerdict, judge};
pub use resolution::smallest_resolvable;
pub use theil_sen::slope;
pub use typical_launch::{Estimate, Inconclusive, MIN_KEPT, OutlierSide};
pub use unpaired::{RunShift, TimeWithBaseline, unpaired};
pub use warmup::is_warm;
