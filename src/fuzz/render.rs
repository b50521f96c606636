//! Renders a fuzzing run.
use crate::escape::escaped;
use crate::fuzz::result::{MismatchKind, RandomRun};
use crate::output::terminal::{BAD, BOLD, DIM, GOOD, painted, wrapped};
use crate::units;

/// The counts, and each kind of mismatch with the command to reproduce it.
pub fn summary(run: &RandomRun) -> String {
    let tally = &run.tally;
    let rate = tally.modules as f64 / run.seconds.max(1e-9);
    let mut shown = wrapped(&format!(
        "{} random modules on {}, {} calls of each, {} of them with an early exit; seed {}, {rate:.0} modules a second",
        painted(BOLD, &units::count(tally.modules)),
        run.variants.join(", "),
        units::count(tally.calls),
        units::count(tally.exits),
        run.seed,
    ));
    shown += &wrapped(&painted(DIM, &format!("with {}", run.features.join(", "))));
    for out in &run.left_out {
        shown += &wrapped(&painted(DIM, &format!("without {}: {}", out.feature, out.reason)));
    }
    shown.extend(run.kinds.iter().map(|kind| format!("\n{}", kind_text(kind, run))));
    shown.push('\n');
    let unexplained = run.unexplained().count();
    shown += &match (unexplained, run.kinds.len()) {
        (0, 0) => painted(GOOD, "they agree on everything"),
        (0, _) => painted(GOOD, "they agree on everything but what is explained"),
        (1, _) => painted(BAD, "one kind of disagreement that nothing explains"),
        (kinds, _) => painted(BAD, &format!("{kinds} kinds of disagreement that nothing explains")),
    };
    shown.push('\n');
    shown.extend(run.absent.iter().map(|absent| painted(DIM, &absent.reason) + "\n"));
    shown
}

fn kind_text(kind: &MismatchKind, run: &RandomRun) -> String {
    let first = &kind.first;
    let style = if kind.explained.is_some() { DIM } else { BAD };
    let times = if kind.times == 1 { "once".into() } else { format!("{} times", units::count(kind.times)) };
    let head = painted(style, &format!("{}: {}", first.action, escaped(&first.property)));
    let mut shown = wrapped(&format!("{head}, {times}, first in module {}", first.seed.number));
    for group in &first.groups {
        let who: Vec<_> = group.variants.iter().map(|variant| run.variants[*variant].as_str()).collect();
        let first_line = group.detail.lines().next().unwrap_or_default();
        shown += &format!("  {}: {}\n", who.join(", "), escaped(first_line));
    }
    if let Some(reason) = &kind.explained {
        shown += &wrapped(&painted(DIM, &format!("  {} ({})", reason.reason, reason.upstream)));
    }
    if let Some(saved) = &kind.saved {
        let (file, command) = (escaped(&saved.file), escaped(&saved.command));
        shown += &format!("  {file} ({}); shown again by\n  {command}\n", units::bytes(saved.bytes));
    }
    shown
}
