//! Renders a soak.
use crate::escape::escaped_lines;
use crate::output::terminal::{BAD, BOLD, DIM, GOOD, painted, wrapped};
use crate::results::Verdict;
use crate::soak::result::{MOST_BYTES_EACH, SoakResult};
use crate::units;

/// The width of a chart.
const WIDTH: usize = 48;

/// The counts, the resources over time, and the failures.
pub fn summary(soaked: &SoakResult, verdicts: &[Verdict]) -> String {
    let counts = &soaked.counts;
    let seconds = soaked.samples.last().map_or(0.0, |sample| sample.seconds);
    let ways = [
        (counts.exits, "exits"),
        (counts.traps, "traps"),
        (counts.panics, "panics"),
        (counts.nested, "nested"),
        (counts.fresh, "of new instances"),
        (counts.on_threads, "on other threads"),
        (counts.exceptions, "exceptions, caught"),
    ];
    let ways = ways.iter().filter(|(times, _)| *times > 0);
    let ways: Vec<_> = ways.map(|(times, way)| format!("{} {way}", units::count(*times))).collect();
    let mut shown = wrapped(&format!(
        "{}: guests left {} times in {seconds:.0} s: {}",
        painted(BOLD, &soaked.variant),
        units::count(counts.times()),
        ways.join(", "),
    ));
    let mebibytes = |bytes: u64| format!("{:.1} MiB", bytes as f64 / 1048576.0);
    shown += &line("memory", soaked.samples.iter().map(|sample| sample.resident), mebibytes);
    shown += &line("open files", soaked.samples.iter().map(|sample| sample.files), |files| files.to_string());
    shown += &line("threads", soaked.samples.iter().map(|sample| sample.threads), |threads| threads.to_string());
    let million = |bytes: f64| format!("{:+.2} MiB", bytes * 1e6 / 1048576.0);
    let slope = match soaked.slope() {
        Some(slope) => {
            format!("memory: {} a million times, of {} that are allowed", million(slope), million(MOST_BYTES_EACH))
        }
        None => "how memory grows cannot be told: too few samples, or none on this platform".into(),
    };
    shown += &format!("  {}\n", painted(DIM, &slope));
    if verdicts.is_empty() {
        shown += &format!("  {}\n", painted(GOOD, "nothing grows"));
    }
    for verdict in verdicts {
        let (style, reason) = match verdict {
            Verdict::KnownIssue { observed, reason, upstream } => (DIM, format!("{observed}: {reason} ({upstream})")),
            other => (BAD, other.reason().unwrap_or_default()),
        };
        shown += &wrapped(&format!("  {}", painted(style, &escaped_lines(&reason))));
    }
    shown
}

/// A chart of a number over time, with its minimum and its maximum.
fn line(name: &str, values: impl Iterator<Item = Option<u64>>, unit: impl Fn(u64) -> String) -> String {
    let values: Vec<_> = values.flatten().collect();
    let (Some(least), Some(most)) = (values.iter().min(), values.iter().max()) else { return String::new() };
    let range = if least == most { unit(*least) } else { format!("{} to {}", unit(*least), unit(*most)) };
    format!("  {name:<11}{}  {range}\n", drawn(&values, *least, *most))
}

/// Bars of eight heights; each is the maximum of its part of the values.
fn drawn(values: &[u64], least: u64, most: u64) -> String {
    const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    let width = WIDTH.min(values.len());
    let bar = |n: usize| {
        let share = &values[n * values.len() / width..((n + 1) * values.len() / width)];
        let value = share.iter().max().copied().unwrap_or(least);
        BARS[((value - least) * 7 / (most - least).max(1)) as usize]
    };
    (0..width).map(bar).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_drawn_from_the_least_to_the_most() {
        assert_eq!(drawn(&[1, 2, 3, 4, 5, 6, 7, 8], 1, 8), "▁▂▃▄▅▆▇█");
        assert_eq!(drawn(&[5; 3], 5, 5), "▁▁▁");
        let many: Vec<u64> = (0..1000).collect();
        assert_eq!(drawn(&many, 0, 999).chars().count(), WIDTH);
    }
}
