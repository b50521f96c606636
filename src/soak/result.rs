//! The results of a long run.
use serde::{Deserialize, Serialize};

use crate::engine::known_issue::{CheckKind, explanation};
use crate::results::Verdict;
use crate::soak::workload::{ExitCounts, Mixture};
use crate::statistics;

/// The result of a soak on one variant.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct SoakResult {
    /// The variant, as on the command line.
    pub variant: String,
    /// The workload.
    #[serde(default)]
    pub mixture: Mixture,
    /// The number of ended guests.
    pub counts: ExitCounts,
    /// The samples in order of time.
    pub samples: Vec<SoakSample>,
    /// The reason for an early end.
    pub failed: Option<String>,
    /// Whether the program was interrupted.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub interrupted: bool,
}

/// The resources of a process at one time; `None` if unknown.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct SoakSample {
    /// Seconds since the start.
    pub seconds: f64,
    /// The number of ended guests.
    pub times: u64,
    /// Resident memory in bytes.
    pub resident: Option<u64>,
    /// Open files.
    pub files: Option<u64>,
    /// Threads.
    pub threads: Option<u64>,
}

/// The limit of memory growth in bytes per ended guest: 4 MiB per million guests. A leak of the smallest allocation,
/// 16 bytes per guest, is four times that.
pub const MOST_BYTES_EACH: f64 = 4.0 * 1048576.0 / 1e6;
/// Growth in bytes that is ignored, because allocators keep some memory.
pub const SLACK: f64 = 4.0 * 1048576.0;
/// The share of the samples at the start that is ignored, because of one-time allocations.
const WARM: f64 = 0.25;

/// Reads one resource from a sample.
type SampleMetric = fn(&SoakSample) -> Option<u64>;

impl SoakResult {
    /// The growth of memory in bytes per ended guest: the median of the slopes between all pairs of samples after the warmup.
    /// `None` with fewer than three samples or without memory statistics.
    pub fn slope(&self) -> Option<f64> {
        let warm = self.warm();
        let points = warm.iter().filter_map(|sample| Some((sample.times as f64, sample.resident? as f64)));
        let (times, resident): (Vec<_>, Vec<_>) = points.unzip();
        statistics::slope(&times, &resident)
    }

    /// The failures, with the known issues of the backend.
    pub fn verdicts(&self, backend: &str) -> Vec<Verdict> {
        let verdict = |wrong: String| match explanation(backend, CheckKind::Soak, &self.mixture.to_string(), &wrong) {
            Some((issue, _)) => Verdict::known(wrong, issue),
            None => Verdict::Failed { reason: wrong },
        };
        self.wrong().into_iter().map(verdict).collect()
    }

    /// The failures, one line each.
    pub fn wrong(&self) -> Vec<String> {
        let mut wrong: Vec<String> = self.failed.iter().cloned().collect();
        let warm = self.warm();
        let over = warm.last().zip(warm.first()).map_or(0, |(last, first)| last.times - first.times) as f64;
        if let Some(slope) = self.slope().filter(|slope| *slope > MOST_BYTES_EACH && slope * over > SLACK) {
            wrong.push(format!("memory grows by {:.1} MiB a million times", slope * 1e6 / 1048576.0));
        }
        let counts: [(&str, SampleMetric); 2] =
            [("open files", |sample| sample.files), ("threads", |sample| sample.threads)];
        for (what, count) in counts {
            // Grows if the minimum of the last quarter exceeds the maximum of the first.
            let (first, last) = (&warm[..warm.len() / 4], &warm[warm.len() - warm.len() / 4..]);
            if let (Some(most), Some(least)) =
                (first.iter().filter_map(count).max(), last.iter().filter_map(count).min())
                && least > most
            {
                wrong.push(format!("{what} grow: {most} at most at first, and {least} at least in the end"));
            }
        }
        wrong
    }

    /// The samples after the warmup.
    fn warm(&self) -> &[SoakSample] {
        &self.samples[(self.samples.len() as f64 * WARM) as usize..]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn soaked(each: impl Fn(u64) -> [u64; 3]) -> SoakResult {
        let sample = |n: u64| {
            let [resident, files, threads] = each(n).map(Some);
            SoakSample { seconds: n as f64, times: n * 100_000, resident, files, threads }
        };
        SoakResult { samples: (0..100).map(sample).collect(), ..SoakResult::default() }
    }

    #[test]
    fn constant_and_warming_memory_pass() {
        assert_eq!(soaked(|_| [50 << 20, 12, 3]).wrong(), Vec::<String>::new());
        assert_eq!(soaked(|n| [(50 + n.min(20)) << 20, 12 + n.min(9), 3 + n % 5]).wrong(), Vec::<String>::new());
    }

    #[test]
    fn a_leak_of_sixteen_bytes_is_found() {
        let leaking = soaked(|n| [(50 << 20) + n * 100_000 * 16, 12, 3]);
        assert_eq!(leaking.slope(), Some(16.0));
        assert_eq!(leaking.wrong(), ["memory grows by 15.3 MiB a million times"]);
    }

    #[test]
    fn a_leaked_file_and_thread_are_found() {
        let wrong = soaked(|n| [50 << 20, 12 + n / 30, 3 + n]).wrong();
        assert_eq!(wrong.len(), 2, "{wrong:?}");
        assert!(wrong[0].starts_with("open files grow: 13 at most"), "{wrong:?}");
        assert!(wrong[1].starts_with("threads grow"), "{wrong:?}");
    }

    #[test]
    fn growth_is_excused_where_it_is_known_and_nowhere_else() {
        let leaking = soaked(|n| [(50 << 20) + n * 100_000 * 400, 12, 3]);
        let verdicts = |backend, mixture| SoakResult { mixture, ..leaking.clone() }.verdicts(backend);
        let bad = |backend, mixture| verdicts(backend, mixture).iter().any(Verdict::is_bad);
        assert!(!bad("cranelift", Mixture::Exceptions) && !bad("llvm", Mixture::Exceptions));
        assert!(bad("cranelift", Mixture::Exits) && bad("wasmtime-cranelift", Mixture::Exceptions));
    }

    #[test]
    fn too_few_samples_say_nothing() {
        let nothing = SoakResult { samples: vec![], ..soaked(|_| [0; 3]) };
        assert_eq!((nothing.slope(), nothing.wrong()), (None, vec![]));
        assert_eq!(SoakResult { failed: Some("lost".into()), ..nothing }.wrong(), ["lost"]);
    }
}
