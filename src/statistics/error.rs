//! The errors of statistics that cannot be computed.

/// The reason why a statistic has no value.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
pub enum Error {
    /// There are no launches.
    #[error("no launches")]
    NoLaunches,
    /// A launch has no samples. The caller leaves out cells that a launch did not measure.
    #[error("launch {launch} has no samples")]
    EmptyLaunch {
        /// Index of the launch, counted from 0.
        launch: usize,
    },
    /// A time is not positive and finite.
    #[error("sample {sample} is {value}, not a positive, finite time")]
    NotATime {
        /// Index of the sample, counted from 0.
        sample: usize,
        /// The invalid value.
        value: f64,
    },
    /// A value is NaN or infinite.
    #[error("launch {launch} has {value}, which is not finite")]
    NotFinite {
        /// Index of the launch, counted from 0.
        launch: usize,
        /// The invalid value.
        value: f64,
    },
    /// The mean or the spread of the launches overflows.
    #[error("the launches are too far apart to be averaged")]
    TooFarApart,
    /// Two paired series have different lengths.
    #[error("{left} on one side and {right} on the other cannot be paired")]
    Unpaired {
        /// Length of the one series.
        left: usize,
        /// Length of the other series.
        right: usize,
    },
    /// A confidence is not between 0 and 1, both excluded.
    #[error("{value} is not a confidence between 0 and 1")]
    NotAConfidence {
        /// The invalid value.
        value: f64,
    },
    /// A margin is not a finite number of 0 or more.
    #[error("{value} is not a margin of 0 or more")]
    NotAMargin {
        /// The invalid value.
        value: f64,
    },
    /// More hits than trials, or no trials.
    #[error("{hits} of {trials} is not a proportion")]
    NotAProportion {
        /// Number of hits.
        hits: u32,
        /// Number of trials.
        trials: u32,
    },
    /// A cost is not finite, is negative, or is not within its interval.
    #[error("{value} is not a cost within its interval")]
    NotACost {
        /// The invalid value.
        value: f64,
    },
}
