//! The transcript of a scenario, and the macro that adds a line.
use std::fmt::Display;
use std::sync::{Arc, Mutex, PoisonError};

/// The transcript of a running scenario. Clones share one transcript, so that host functions can add lines.
#[derive(Clone)]
pub struct Transcript(Arc<Mutex<Listener>>);

type Listener = Box<dyn FnMut(&str) + Send>;

impl Transcript {
    /// A transcript that passes each line to `listener` when the line is added.
    pub fn new(listener: impl FnMut(&str) + Send + 'static) -> Self {
        Self(Arc::new(Mutex::new(Box::new(listener))))
    }

    /// Adds a line. A text with line breaks becomes several lines.
    pub fn say(&self, line: impl Display) {
        let text = line.to_string();
        // The listener may have panicked earlier; the transcript continues.
        let mut listener = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for line in text.lines() {
            listener(line);
        }
    }
}

/// Adds a line to a transcript, formatted as by `println!`.
#[macro_export]
macro_rules! say {
    ($transcript:expr, $($line:tt)*) => { $transcript.say(format_args!($($line)*)) };
}
