//! Pure numbers: from samples to estimates with intervals, and from those to verdicts.
//!
//! Nothing here reads a clock, a file or a random number, or knows what an engine is. Every function is total: what
//! cannot be answered is an [`Error`] or `None`, and no NaN or infinity ever comes out.
//!
//! Whatever is estimated, the unit of replication is the *launch* (one set of fresh worker processes), since rounds
//! within a process share its layout and agree better with each other than with the next process:
//! T. Kalibera and R. Jones, "Rigorous benchmarking in reasonable time", ISMM 2013. So each launch gives one number
//! (a median of log ratios, a median time, a slope, a rest) and one [`Estimate`] is taken over them all.
//!
//! | question | answer |
//! | --- | --- |
//! | What do these samples look like? | [`Summary`], [`median`], [`quantile`], [`scaled_mad`] |
//! | How do two cells compare? | [`log_ratios`] a launch, then [`typical_ratio`] |
//! | How do cells of two runs compare? | [`unpaired`], widened by how far the runs are [`RunShift`] |
//! | How long does one cell take? | [`typical_time`] |
//! | Which differences are real? | [`judge`] against a [`Margin`], corrected by [`discoveries`] |
//! | What could have been seen at all? | [`smallest_resolvable`] |
//! | How often is a verdict wrong? | [`Proportion`] |
//! | What does one more frame cost? | [`growth`] |
//! | Where does the time go? | [`breakdown`] |
//! | Which of them is cheapest for how many calls? | [`cheapest`] |
//! | Is the batch warm? | [`settled`] |
#[cfg(test)]
mod any_input;
mod benjamini_hochberg;
mod breakdown;
mod cheapest;
mod describe;
mod error;
mod interval;
mod paired;
mod proportion;
mod resolution;
#[cfg(test)]
mod simulation;
mod theil_sen;
mod typical;
mod unpaired;
mod verdict;
mod warmup;

pub use benjamini_hochberg::discoveries;
pub use breakdown::{Breakdown, breakdown};
pub use cheapest::{CheapestRange, CostRange, LinearCost, cheapest};
pub use describe::{Summary, median, quantile, scaled_mad};
pub use error::Error;
pub use interval::{Confidence, Interval};
pub use paired::{log_ratios, typical_ratio, typical_time};
pub use proportion::Proportion;
pub use resolution::smallest_resolvable;
pub use theil_sen::{Growth, MOST_DEPARTURE, growth, slope};
pub use typical::{Estimate, Inconclusive, LEAST_KEPT, LEAST_TRIMMED, Mode, OUTLYING, OUTLYING_MADS, TRIMMED};
pub use unpaired::{RunShift, unpaired, unpaired_by_shift};
pub use verdict::{Margin, TimeVerdict, judge};
pub use warmup::settled;
