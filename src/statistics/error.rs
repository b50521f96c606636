//! Why a statistic cannot be computed.
/// Why there is no number.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
pub enum Error {
    /// Nothing to estimate from.
    #[error("no launches")]
    NoLaunches,
    /// A launch without a single sample. A cell that a launch did not get to is left out by the caller, who knows why.
    #[error("launch {launch} has no samples")]
    EmptyLaunch {
        /// Its place, counted from 0.
        launch: usize,
    },
    /// A time must be positive and finite.
    #[error("sample {sample} is {value}, which is no time")]
    NotATime {
        /// Its place, counted from 0.
        sample: usize,
        /// What stood there.
        value: f64,
    },
    /// NaN or infinite.
    #[error("launch {launch} has {value}, which is not finite")]
    NotFinite {
        /// Its place, counted from 0.
        launch: usize,
        /// What stood there.
        value: f64,
    },
    /// So far apart that their mean or their spread is more than a number holds.
    #[error("the launches are too far apart to be averaged")]
    TooFarApart,
    /// What is paired must be equally many.
    #[error("{left} on one side and {right} on the other cannot be paired")]
    Unpaired {
        /// How many on the one side.
        left: usize,
        /// How many on the other.
        right: usize,
    },
    /// Two points always lie on a line, so it takes three to say that something does.
    #[error("a line takes 3 different parameters, not {distinct}")]
    FewPoints {
        /// How many different parameters there were.
        distinct: usize,
    },
    /// A confidence must lie between 0 and 1, both excluded.
    #[error("{value} is no confidence between 0 and 1")]
    NotAConfidence {
        /// What was given.
        value: f64,
    },
    /// A margin must be a finite number, 0 or more.
    #[error("{value} is no margin of 0 or more")]
    NotAMargin {
        /// What was given.
        value: f64,
    },
    /// More hits than trials, or no trials.
    #[error("{hits} of {trials} is no proportion")]
    NotAProportion {
        /// How often it happened.
        hits: u32,
        /// How often it could have happened.
        trials: u32,
    },
    /// A cost must be finite and 0 or more, and lie within its interval.
    #[error("{value} is no cost within its interval")]
    NotACost {
        /// What was given.
        value: f64,
    },
}
