//! The clock that batches are timed by. Where instructions are counted instead, its readings mark what counts.
use std::ops::Sub;
use std::time::{Duration, Instant as Reading};

use crate::valgrind;

/// A reading of the clock, or nothing where instructions are counted: the time that passes under valgrind means nothing.
#[derive(Debug, Clone, Copy)]
pub struct Instant(Option<Reading>);

impl Instant {
    /// Where what is timed begins, or ends: the first reading of two begins it.
    #[inline]
    pub fn now() -> Self {
        Self((!valgrind::mark()).then(Reading::now))
    }

    /// A reading that begins and ends nothing that is counted.
    pub fn beside() -> Self {
        Self(Some(Reading::now()))
    }

    /// Where what is timed ends.
    #[inline]
    pub fn elapsed(self) -> Duration {
        if valgrind::stop() { Duration::ZERO } else { self.0.map_or(Duration::ZERO, |reading| reading.elapsed()) }
    }
}

impl Sub for Instant {
    type Output = Duration;

    #[inline]
    fn sub(self, earlier: Self) -> Duration {
        self.0.zip(earlier.0).map_or(Duration::ZERO, |(later, earlier)| later - earlier)
    }
}
