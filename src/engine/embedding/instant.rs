//! The clock of batches. When instructions are counted instead of time, its readings mark the counted part.
use std::ops::Sub;
use std::time::{Duration, Instant as Reading};

use crate::valgrind::{stop_counting, toggle_counting};

/// A reading of the clock; empty when instructions are counted, because time under valgrind is meaningless.
#[derive(Debug, Clone, Copy)]
pub struct Instant(Option<Reading>);

impl Instant {
    /// Marks the start or the end of the timed part: of two readings, the first is the start.
    #[inline]
    pub fn now() -> Self {
        Self((!toggle_counting()).then(Reading::now))
    }

    /// A reading that marks neither start nor end of the counted part.
    pub fn beside() -> Self {
        Self(Some(Reading::now()))
    }

    /// Marks the end of the timed part, and returns the time since this reading; zero when instructions are counted.
    #[inline]
    pub fn elapsed(self) -> Duration {
        if stop_counting() { Duration::ZERO } else { self.0.map_or(Duration::ZERO, |reading| reading.elapsed()) }
    }
}

/// Times a step. Its result is dropped outside the timer.
#[inline(always)]
pub fn timed<T>(step: impl FnOnce() -> T) -> (Duration, T) {
    let started = Instant::now();
    let result = step();
    (started.elapsed(), result)
}

impl Sub for Instant {
    type Output = Duration;

    #[inline]
    fn sub(self, earlier: Self) -> Duration {
        self.0.zip(earlier.0).map_or(Duration::ZERO, |(later, earlier)| later - earlier)
    }
}
