//! What the specification's scripts showed.
use std::collections::BTreeMap;
use std::fmt::Write;

use crate::output::terminal::{BAD, DIM, GOOD, painted, table, wrapped, written};
use crate::output::units;
use crate::results::Verdict;
use crate::spec::result::{FailedAssertion, SpecRun, SpecVariant};
use crate::spec::script::Assertion;

/// So many that nothing explains are shown of each subject.
const SHOWN: usize = 20;

/// How many of each assertion held on each subject, those that did not, and what was not asked for.
pub fn summary(run: &SpecRun) -> String {
    let scripts = if run.scripts == 1 { "one script".into() } else { format!("{} scripts", run.scripts) };
    let mut shown = format!("{scripts} of the specification, {:.0} s\n\n", run.seconds);
    let names = run.subjects.iter().map(|subject| subject.subject.as_str());
    let mut rows = table(["held"].into_iter().chain(names));
    for assertion in Assertion::ALL {
        let cells = run.subjects.iter().map(|subject| cell(subject, assertion));
        rows.add_row([assertion.word().to_owned()].into_iter().chain(cells));
    }
    let not_asked = run.subjects.iter().map(|subject| units::count(subject.not_asked.values().sum()));
    rows.add_row(["not asked".to_owned()].into_iter().chain(not_asked));
    shown += &written(&rows);
    for subject in &run.subjects {
        shown.push('\n');
        shown += &told(subject);
    }
    shown
}

/// How many held, of how many where some did not.
fn cell(subject: &SpecVariant, assertion: Assertion) -> String {
    let held = subject.held.get(&assertion).copied().unwrap_or_default();
    let astray = subject.astray.iter().filter(|astray| astray.assertion == Some(assertion)).count() as u64;
    match astray {
        0 => units::count(held),
        _ => format!("{} of {}", units::count(held), units::count(held + astray)),
    }
}

fn told(subject: &SpecVariant) -> String {
    let unexplained: Vec<_> = subject.unexplained().collect();
    let held: u64 = subject.held.values().sum();
    let (style, word) = match unexplained.len() {
        0 if subject.astray.is_empty() => (GOOD, "all of it held".to_owned()),
        0 => (GOOD, "all of it held but what is known".to_owned()),
        n => (BAD, format!("{} did not hold", units::count(n as u64))),
    };
    let mut shown = format!("{}: {} assertions, {}\n", subject.subject, units::count(held), painted(style, &word));
    for astray in unexplained.iter().take(SHOWN) {
        shown += &wrapped(&format!("  {}", line(astray)));
    }
    if unexplained.len() > SHOWN {
        let _ = writeln!(shown, "  and {} more; --json has them all", unexplained.len() - SHOWN);
    }
    for (reason, times) in known(subject) {
        let often = if times == 1 { "once".into() } else { format!("{} times", units::count(times)) };
        shown += &wrapped(&painted(DIM, &format!("  known, {often}: {reason}")));
    }
    for reason in &subject.not_seen {
        shown += &wrapped(&format!("  no longer seen: {reason}"));
    }
    for out in &subject.left_out {
        shown += &wrapped(&painted(DIM, &format!("  without {}: {}", out.feature, out.why)));
    }
    shown
}

fn line(astray: &FailedAssertion) -> String {
    let place = astray.line.map_or(String::new(), |line| format!(":{line}"));
    let assertion = astray.assertion.map_or(String::new(), |assertion| format!(" {}:", assertion.word()));
    format!("{}{place}{assertion} {}", astray.script, astray.verdict.reason().unwrap_or_default())
}

/// What is known of a subject and showed, and how often.
fn known(subject: &SpecVariant) -> BTreeMap<String, u64> {
    let mut known = BTreeMap::new();
    for astray in &subject.astray {
        if let Verdict::KnownDivergence { reason, upstream, .. } = &astray.verdict {
            *known.entry(format!("{reason} ({upstream})")).or_default() += 1;
        }
    }
    known
}
