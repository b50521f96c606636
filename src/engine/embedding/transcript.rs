//! The lines that a scenario produces, and the macro that adds one.
use std::fmt::Display;
use std::sync::{Arc, Mutex, PoisonError};

/// What a scenario says while it is played. Clones share one transcript, so that host functions can speak too.
#[derive(Clone)]
pub struct Transcript(Arc<Mutex<Listener>>);

type Listener = Box<dyn FnMut(&str) + Send>;

impl Transcript {
    /// A transcript that tells `listener` each line as it is said.
    pub fn new(listener: impl FnMut(&str) + Send + 'static) -> Self {
        Self(Arc::new(Mutex::new(Box::new(listener))))
    }

    /// Says a line. Line breaks within it become lines of their own.
    pub fn say(&self, line: impl Display) {
        let text = line.to_string();
        // A host function may have panicked while it spoke: the transcript goes on.
        let mut listener = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for line in text.lines() {
            listener(line);
        }
    }
}

/// Says a line in a transcript, formatted as by `println!`.
#[macro_export]
macro_rules! say {
    ($transcript:expr, $($line:tt)*) => { $transcript.say(format_args!($($line)*)) };
}
