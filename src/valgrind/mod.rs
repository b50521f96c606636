//! What this program does under valgrind, so that exactly the timed part is counted, and counts repeat: client requests, fixed
//! seeds, a heap without holes.
mod client_requests;
#[cfg(target_os = "linux")]
mod hash_seed;
pub(crate) mod heap;

pub(crate) use self::client_requests::{
    IS_SUPPORTED, count, instrument, is_running, lower_handler_stack, stop_counting, toggle_counting, wait_for_threads,
};
