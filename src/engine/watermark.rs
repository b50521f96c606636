//! The peak resident memory of this process, on Linux only.
use std::fs;

/// The resident memory in bytes when the peak was reset.
pub(super) struct Watermark(u64);

impl Watermark {
    /// Resets the peak to the current resident memory. `None` if the system does not support it.
    pub(super) fn lowered() -> Option<Self> {
        fs::write("/proc/self/clear_refs", "5").ok()?;
        status("VmHWM").map(Self)
    }

    /// The growth of the peak since then, in bytes.
    pub(super) fn rise(self) -> Option<u64> {
        Some(status("VmHWM")?.saturating_sub(self.0))
    }
}

/// A value of `/proc/self/status`, in bytes.
fn status(name: &str) -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let kibibytes = status.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':')?.strip_suffix("kB"))?;
    Some(kibibytes.trim().parse::<u64>().ok()? << 10)
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn freed_memory_shows_in_the_peak() {
        let before = Watermark::lowered().unwrap();
        drop(std::hint::black_box(vec![1_u8; 64 << 20]));
        // Other tests may free memory meanwhile.
        assert!(before.rise().unwrap() >= 32 << 20);
    }
}
