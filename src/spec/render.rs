//! The text output of `check spec`.
use std::collections::BTreeMap;

use crate::output::terminal::{BAD, DIM, GOOD, painted, table, wrapped, written};
use crate::results::Verdict;
use crate::spec::result::{FailedAssertion, SpecRun, SpecVariant};
use crate::spec::script::Assertion;
use crate::units;

/// Most unexplained failures shown per variant.
const MAX_FAILURES: usize = 20;

/// Renders a table of passed assertions per variant, then each variant's failures and skipped assertions.
pub fn summary(run: &SpecRun) -> String {
    let scripts = if run.scripts == 1 { "one script".into() } else { format!("{} scripts", run.scripts) };
    let mut text = format!("{scripts} of the specification, {:.0} s\n\n", run.seconds);
    let names = run.variants.iter().map(|variant| variant.variant.as_str());
    let mut rows = table(["passed"].into_iter().chain(names));
    for assertion in Assertion::ALL {
        let cells = run.variants.iter().map(|variant| cell(variant, assertion));
        rows.add_row([assertion.word()].into_iter().chain(cells));
    }
    let skipped = run.variants.iter().map(|variant| units::count(variant.skipped.values().sum()));
    rows.add_row(["skipped".to_owned()].into_iter().chain(skipped));
    text += &written(&rows);
    text.extend(run.variants.iter().map(|variant| format!("\n{}", details(variant))));
    text
}

/// The number of passed assertions, with the total if some failed.
fn cell(variant: &SpecVariant, assertion: Assertion) -> String {
    let passed = variant.passed.get(&assertion).copied().unwrap_or_default();
    let failed = variant.failures.iter().filter(|failed| failed.assertion == Some(assertion)).count() as u64;
    match failed {
        0 => units::count(passed),
        _ => format!("{} of {}", units::count(passed), units::count(passed + failed)),
    }
}

fn details(variant: &SpecVariant) -> String {
    let unexplained: Vec<_> = variant.unexplained().collect();
    let passed: u64 = variant.passed.values().sum();
    let (style, result) = match unexplained.len() {
        0 if variant.failures.is_empty() => (GOOD, "all passed".to_owned()),
        0 => (GOOD, "all passed except known issues".to_owned()),
        n => (BAD, format!("{} failed", units::count(n as u64))),
    };
    let mut text = format!("{}: {} assertions, {}\n", variant.variant, units::count(passed), painted(style, &result));
    for failure in unexplained.iter().take(MAX_FAILURES) {
        text += &wrapped(&format!("  {}", line(failure)));
    }
    if unexplained.len() > MAX_FAILURES {
        text += &format!("  and {} more; --json has all failures\n", unexplained.len() - MAX_FAILURES);
    }
    for (reason, times) in known_issues(variant) {
        let count = if times == 1 { "once".into() } else { format!("{} times", units::count(times)) };
        text += &wrapped(&painted(DIM, &format!("  known, {count}: {reason}")));
    }
    for reason in &variant.not_seen {
        text += &wrapped(&format!("  no longer occurs: {reason}"));
    }
    for excluded in &variant.left_out {
        text += &wrapped(&painted(DIM, &format!("  without {}: {}", excluded.feature, excluded.reason)));
    }
    text
}

fn line(failure: &FailedAssertion) -> String {
    let place = failure.line.map_or(String::new(), |line| format!(":{line}"));
    let assertion = failure.assertion.map_or(String::new(), |assertion| format!(" {}:", assertion.word()));
    format!("{}{place}{assertion} {}", failure.script, failure.verdict.reason().unwrap_or_default())
}

/// The known issues observed on a variant, and the number of assertions that each excuses.
fn known_issues(variant: &SpecVariant) -> BTreeMap<String, u64> {
    let mut counts = BTreeMap::new();
    for failure in &variant.failures {
        if let Verdict::KnownIssue { reason, upstream, .. } = &failure.verdict {
            *counts.entry(format!("{reason} ({upstream})")).or_default() += 1;
        }
    }
    counts
}
