//! From what was measured to what can be said of one side against the other.
use std::collections::HashMap;

use super::count_comparison;
use super::estimates::{interval, ratio, samples};
use crate::catalog::benchmark;
use crate::catalog::benchmark::CellId;
use crate::output::measurements::left_out;
use crate::results::{
    CellComparison, CellRecord, ChangedMetric, ChangedVerdict, CheckResult, ComparedVariant, Comparison, Launch,
    Machine, Metric, Report, SkipReason, VERSION, Variant,
};
use crate::statistics::{
    Confidence, Estimate, Margin, RunShift, TimeVerdict, judge, median, smallest_resolvable, typical_time, unpaired,
    unpaired_by_shift,
};

/// What a run says of every subject that is held against another. The [`suspects`] are judged by the fresh launches of the second
/// look, among themselves: what chose them is no part of what is judged. All others, and those that these launches leave
/// undecided, are judged by all launches, as if there had been no second look. Each look has half of the error.
pub fn live(report: &Report, margin: Margin) -> Comparison {
    if report.metric == Metric::Instructions {
        return count_comparison::live(report, margin);
    }
    let sides = held(report);
    let mut found = pairs(&combined(report), &sides);
    let mut verdicts = judged(&found, margin, Confidence::EACH_OF_TWO);
    let mut confirmed = vec![false; found.len()];
    if let Some(again) = &report.again {
        let suspects = suspects(report, margin);
        let mut fresh = pairs(again, &sides);
        fresh.retain(|pair| suspects.contains(&(pair.side, pair.address.clone())));
        let fresh_verdicts = judged(&fresh, margin, Confidence::EACH_OF_TWO);
        for (pair, verdict) in fresh.into_iter().zip(fresh_verdicts) {
            let place = found.iter().position(|other| (other.side, &other.address) == (pair.side, &pair.address));
            if let Some(n) = place.filter(|_| verdict.is_some_and(|verdict| verdict != TimeVerdict::Unsure)) {
                (found[n], verdicts[n], confirmed[n]) = (pair, verdict, true);
            }
        }
    }
    let moved = moved(report, report, &sides);
    let resolution = resolution(&found, margin, Confidence::EACH_OF_TWO);
    compared(report, report, &sides, Judged { found, verdicts, confirmed }, moved, margin, resolution)
}

/// A report with the launches of both of its looks.
fn combined(report: &Report) -> Report {
    let mut combined = Report { again: None, ..report.clone() };
    let Some(again) = &report.again else { return combined };
    let mut fresh: HashMap<(&str, &CellId), &CellRecord> = HashMap::new();
    for cell in &again.cells {
        fresh.insert((&again.subjects[cell.subject].label, &cell.address), cell);
    }
    for cell in &mut combined.cells {
        let label = report.subjects[cell.subject].label.as_str();
        let Some(more) = fresh.get(&(label, &cell.address)) else { continue };
        let after = |launch: &Launch| Launch { launch: launch.launch + report.run.launches_made, ..launch.clone() };
        cell.launches.extend(more.launches.iter().map(after));
        let trouble = more.trouble.clone().filter(|trouble| !matches!(trouble, SkipReason::TooSlow { .. }));
        cell.trouble = cell.trouble.take().or(trouble);
    }
    combined
}

/// What two runs say of the subjects that are in both, by their labels: each time is set against its own floor, and the
/// interval is widened by how far the floors of the two runs are apart.
pub fn files(base: &Report, new: &Report, margin: Margin) -> Comparison {
    if new.metric == Metric::Instructions {
        return count_comparison::files(base, new, margin);
    }
    let in_base = own(base);
    let sides: Vec<_> =
        own(new).into_iter().filter(|label| in_base.contains(label)).map(|label| (label.clone(), label)).collect();
    let runs = Runs { base, new, apart: apart(base, new, &sides) };
    let found = found(new, base, &sides, |cell, base| runs.ratio(cell, base));
    let verdicts = judged(&found, margin, Confidence::NINETY_FIVE);
    let resolution = resolution(&found, margin, Confidence::NINETY_FIVE);
    let judged = Judged { confirmed: vec![false; found.len()], found, verdicts };
    let moved = moved(new, base, &sides);
    Comparison { live: false, ..compared(new, base, &sides, judged, moved, margin, resolution) }
}

/// The labels of the subjects that are no twins.
pub(crate) fn own(report: &Report) -> Vec<String> {
    report.subjects.iter().filter(|subject| subject.twin_of.is_none()).map(|subject| subject.label.clone()).collect()
}

/// The cells that look different, by themselves and against the margin: by the place of their side. Nobody is called
/// slower by that alone.
pub fn suspects(report: &Report, margin: Margin) -> Vec<(usize, CellId)> {
    if report.metric == Metric::Instructions {
        return count_comparison::suspects(report, margin);
    }
    let found = pairs(report, &held(report));
    let looks = |pair: &&PendingComparison| {
        let estimate = pair.estimate.as_slice();
        matches!(judge(estimate, margin, Confidence::NINETY_FIVE)[..], [TimeVerdict::Faster | TimeVerdict::Slower])
    };
    found.iter().filter(looks).map(|pair| (pair.side, pair.address.clone())).collect()
}

/// The cells that the first look can neither tell apart nor call the same, and that are no [`suspects`]: by the place of their
/// side.
pub fn undecided(report: &Report, margin: Margin) -> Vec<(usize, CellId)> {
    let found = pairs(report, &held(report));
    let suspects = suspects(report, margin);
    let verdicts = judged(&found, margin, Confidence::EACH_OF_TWO);
    let unsure = found.into_iter().zip(verdicts).filter(|(_, verdict)| *verdict == Some(TimeVerdict::Unsure));
    unsure.map(|(pair, _)| (pair.side, pair.address)).filter(|pair| !suspects.contains(pair)).collect()
}

/// What stands against what, by their labels: the subjects that are held against another.
pub fn held(report: &Report) -> Vec<(String, String)> {
    let side =
        |subject: &Variant| Some((subject.label.clone(), report.subjects.get(subject.held_against?)?.label.clone()));
    report.subjects.iter().filter_map(side).collect()
}

/// What two checks say.
pub fn checks(base: &CheckResult, new: &CheckResult) -> Comparison {
    let sides = new.subjects.iter().filter_map(|subject| {
        let other = base.subjects.iter().find(|other| other.label == subject.label)?;
        Some(side(subject.clone(), other.clone()))
    });
    Comparison {
        version: VERSION,
        metric: Metric::Time,
        machine: Machine::default(),
        live: false,
        margin: 0.0,
        sides: sides.collect(),
        pairs: Vec::new(),
        changed: changed(base, new),
        moved: Vec::new(),
        notes: Vec::new(),
    }
}

/// The scenarios whose verdicts are not the same in two checks, of the subjects that have the same labels.
pub fn changed(base: &CheckResult, new: &CheckResult) -> Vec<ChangedVerdict> {
    let mut changed = Vec::new();
    for (n, subject) in new.subjects.iter().enumerate() {
        let Some(in_base) = base.subjects.iter().position(|other| other.label == subject.label) else { continue };
        let verdicts: HashMap<_, _> = base
            .played
            .iter()
            .filter(|played| played.subject == in_base)
            .map(|played| (&played.scenario, &played.verdict))
            .collect();
        for played in new.played.iter().filter(|played| played.subject == n) {
            if let Some(was) = verdicts.get(&played.scenario)
                && was.word() != played.verdict.word()
            {
                changed.push(ChangedVerdict {
                    label: subject.label.clone(),
                    scenario: played.scenario.clone(),
                    was: was.word().into(),
                    is: played.verdict.to_string(),
                    worse: played.verdict.is_bad() && !was.is_bad(),
                });
            }
        }
    }
    changed
}

/// A pair before it is judged.
#[derive(Clone)]
struct PendingComparison {
    side: usize,
    address: CellId,
    estimate: Option<Estimate>,
    trouble: Option<String>,
    broke: bool,
}

/// Pairs, and what is said of each.
struct Judged {
    found: Vec<PendingComparison>,
    verdicts: Vec<Option<TimeVerdict>>,
    /// Whether fresh launches alone said so.
    confirmed: Vec<bool>,
}

/// The pairs of a run whose sides were measured in the same rounds.
fn pairs(report: &Report, sides: &[(String, String)]) -> Vec<PendingComparison> {
    found(report, report, sides, ratio)
}

/// The verdicts on pairs, judged among themselves; nothing where there is no estimate.
fn judged(found: &[PendingComparison], margin: Margin, confidence: Confidence) -> Vec<Option<TimeVerdict>> {
    let estimates: Vec<_> = found.iter().filter_map(|pair| pair.estimate.clone()).collect();
    let mut verdicts = judge(&estimates, margin, confidence).into_iter();
    found.iter().map(|pair| pair.estimate.as_ref().and_then(|_| verdicts.next())).collect()
}

/// What would have been called faster or slower at the margin in force, by itself; and what was left out.
fn resolution(found: &[PendingComparison], margin: Margin, confidence: Confidence) -> String {
    let estimates: Vec<_> = found.iter().filter_map(|pair| pair.estimate.as_ref()).collect();
    let power = Confidence::new(0.9).expect("nine tenths is a confidence");
    let resolved = |estimate: &&Estimate| smallest_resolvable(estimate, 1, margin, confidence, power);
    let told = match median(&estimates.iter().filter_map(resolved).collect::<Vec<_>>()) {
        Some(typical) => format!(
            "in the typical cell, a difference of {:.1} % would have been told from the margin of {} % in nine runs of ten",
            100.0 * typical.exp_m1(),
            (margin.value() * 1e4).round() / 1e2,
        ),
        None => "too few launches to say which difference would have been told from the margin".into(),
    };
    format!("resolution: {told}; {}", left_out(estimates.into_iter()))
}

fn found(
    new: &Report,
    base: &Report,
    sides: &[(String, String)],
    ratio: impl Fn(&CellRecord, &CellRecord) -> Option<Estimate>,
) -> Vec<PendingComparison> {
    let pair = |side: usize, cell: &CellRecord, base: &CellRecord| {
        let broke = base.trouble.is_none()
            && match cell.trouble {
                Some(SkipReason::Failed { .. } | SkipReason::Lost { .. }) => true,
                // What another engine or option has no way to do is not broken.
                Some(SkipReason::Unsupported { .. }) => is_same_backend(&sides[side].0, &sides[side].1),
                Some(SkipReason::TooSlow { .. }) | None => false,
            };
        let told = |cell: &CellRecord| {
            cell.trouble.as_ref().map(|trouble| format!("{}: {}", trouble.word(), trouble.reason()))
        };
        let trouble = told(cell).or_else(|| told(base).map(|told| format!("before: {told}")));
        let estimate = if trouble.is_none() { ratio(cell, base) } else { None };
        PendingComparison { side, address: cell.address.clone(), estimate, trouble, broke }
    };
    each(new, base, sides).map(|(side, cell, base)| pair(side, cell, base)).collect()
}

/// Whether a side is a backend with its options in two builds, and not two backends in one.
pub(crate) fn is_same_backend(label: &str, base: &str) -> bool {
    base.strip_suffix(BEFORE).unwrap_or(base) == label
}

/// What the label of a subject of the other build ends in.
pub const BEFORE: &str = " before";

/// Every cell of every side with the one that it is held against.
pub(crate) fn each<'a>(
    new: &'a Report,
    base: &'a Report,
    sides: &'a [(String, String)],
) -> impl Iterator<Item = (usize, &'a CellRecord, &'a CellRecord)> {
    sides.iter().enumerate().flat_map(move |(n, (label, base_label))| {
        let theirs: HashMap<_, _> = of(base, base_label).map(|cell| (&cell.address, cell)).collect();
        of(new, label).filter_map(move |cell| Some((n, cell, *theirs.get(&cell.address)?)))
    })
}

/// The cells of the subject with a label.
fn of<'a>(report: &'a Report, label: &str) -> impl Iterator<Item = &'a CellRecord> {
    let place = report.subjects.iter().position(|subject| subject.label == label);
    report.cells.iter().filter(move |cell| Some(cell.subject) == place)
}

/// Two runs, and how far they are apart.
struct Runs<'a> {
    base: &'a Report,
    new: &'a Report,
    apart: Option<RunShift>,
}

impl Runs<'_> {
    fn ratio(&self, cell: &CellRecord, base: &CellRecord) -> Option<Estimate> {
        let (now, then, apart) = (time(cell)?, time(base)?, self.apart?);
        match (floor(self.new, cell), floor(self.base, base)) {
            (Some(floor_now), Some(floor_then)) if tells(&floor_now, &now) && tells(&floor_then, &then) => {
                unpaired((&now, &floor_now), (&then, &floor_then), apart)
            }
            _ => unpaired_by_shift(&now, &then, apart),
        }
    }
}

/// Whether a floor is of a size with what stands on it. One of two nanoseconds says nothing of an exit's microseconds, and
/// differs between builds by where the compiler put it.
fn tells(floor: &Estimate, of: &Estimate) -> bool {
    of.value() - floor.value() < FLOOR_TELLS.ln()
}

/// A floor is of a size with what takes so many times as long.
const FLOOR_TELLS: f64 = 10.0;

fn time(cell: &CellRecord) -> Option<Estimate> {
    typical_time(&samples(cell)).ok()
}

/// The floor that was measured with a cell, in the same worker.
fn floor(report: &Report, cell: &CellRecord) -> Option<Estimate> {
    let floor = benchmark::find(&cell.address.benchmark)?.floor?;
    let is_it = |other: &&CellRecord| {
        other.subject == cell.subject
            && other.address.benchmark == floor.id
            && other.address.host_frames == cell.address.host_frames
    };
    time(report.cells.iter().find(is_it)?)
}

/// How far two runs are apart: by the floors, in which there is no engine, and as wide as all cells are, of which most can
/// be taken to be what they were.
fn apart(base: &Report, new: &Report, sides: &[(String, String)]) -> Option<RunShift> {
    let apart = |is_it: fn(&CellRecord) -> bool| {
        let cells = each(new, base, sides).filter(|(_, cell, _)| is_it(cell));
        RunShift::of(
            &cells.filter_map(|(_, now, then)| Some(time(now)?.value() - time(then)?.value())).collect::<Vec<_>>(),
        )
    };
    let floors = apart(|cell| cell.address.benchmark.starts_with("floor/"));
    let all = apart(|_| true)?;
    let floors = floors.unwrap_or(all);
    Some(RunShift { spread: floors.spread.max(all.spread), ..floors })
}

/// What keeps two sides from being compared as they should be.
fn notes(new: &Report, base: &Report, resolution: String) -> Vec<String> {
    let mut notes = new.run.notes.clone();
    notes.push(resolution);
    let mut differ = |what: &str, was: &str, is: &str| {
        if was != is {
            notes.push(format!("{what}: {was} then, {is} now; what differs may be that and nothing else"));
        }
    };
    differ("another processor", &base.machine.cpu, &new.machine.cpu);
    differ("another number of processors", &base.machine.processors.to_string(), &new.machine.processors.to_string());
    differ("another system", &base.machine.os, &new.machine.os);
    differ("another profile", &base.build.profile, &new.build.profile);
    differ("another rustc", &base.build.rustc, &new.build.rustc);
    notes
}

/// By how much a number that is not a time may change by itself.
fn drifts(fact: &str) -> f64 {
    if fact.contains("peak") { 0.2 } else { 0.001 }
}

pub(crate) fn moved(new: &Report, base: &Report, sides: &[(String, String)]) -> Vec<ChangedMetric> {
    let mut moved: Vec<ChangedMetric> = Vec::new();
    for (side, cell, base) in each(new, base, sides) {
        for (fact, is) in &cell.facts {
            let Some((_, was)) = base.facts.iter().find(|(name, _)| name == fact) else { continue };
            // The same module is in several benchmarks; one of them tells.
            let told =
                |moved: &ChangedMetric| (moved.side, &moved.fact, moved.was, moved.is) == (side, fact, *was, *is);
            if (is / was).ln().abs() > drifts(fact) && !moved.iter().any(told) {
                moved.push(ChangedMetric {
                    side,
                    address: cell.address.clone(),
                    fact: fact.clone(),
                    was: *was,
                    is: *is,
                });
            }
        }
    }
    moved
}

fn compared(
    new: &Report,
    base: &Report,
    sides: &[(String, String)],
    Judged { found, verdicts, confirmed }: Judged,
    moved: Vec<ChangedMetric>,
    margin: Margin,
    resolution: String,
) -> Comparison {
    let pairs = found.into_iter().zip(verdicts).zip(confirmed).map(|((found, verdict), confirmed)| {
        let interval = found.estimate.as_ref().and_then(interval).and_then(|interval| interval.exp());
        CellComparison {
            side: found.side,
            address: found.address,
            verdict,
            ratio: found.estimate.as_ref().map(|estimate| estimate.value().exp()).filter(|ratio| ratio.is_finite()),
            low: interval.map(|interval| interval.low),
            high: interval.map(|interval| interval.high),
            confirmed,
            trouble: found.trouble,
            broke: found.broke,
        }
    });
    Comparison {
        version: VERSION,
        metric: Metric::Time,
        machine: new.machine.clone(),
        live: true,
        margin: margin.value(),
        sides: sides.iter().filter_map(|side| described(new, base, side)).collect(),
        pairs: pairs.collect(),
        changed: Vec::new(),
        moved,
        notes: notes(new, base, resolution),
    }
}

pub(crate) fn described(
    new: &Report,
    base: &Report,
    (label, base_label): &(String, String),
) -> Option<ComparedVariant> {
    let find =
        |report: &Report, label: &String| report.subjects.iter().find(|subject| subject.label == *label).cloned();
    Some(side(find(new, label)?, find(base, base_label)?))
}

fn side(subject: Variant, other: Variant) -> ComparedVariant {
    ComparedVariant {
        label: subject.label,
        base: other.label,
        about: subject.about,
        base_about: other.about,
        build: subject.build,
        base_build: other.build,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::results::validate;

    /// The second subject is 40 % slower on `unwind/indirect`, and held against the first.
    fn run() -> Report {
        let mut report = validate::tests::report();
        report.subjects[1].held_against = Some(0);
        report
    }

    fn verdict(report: &Report) -> (Option<TimeVerdict>, bool) {
        let comparison = live(report, Margin::new(0.02).unwrap());
        let pair = comparison.pairs.iter().find(|pair| pair.address.benchmark == "unwind/indirect").unwrap();
        (pair.verdict, pair.confirmed)
    }

    #[test]
    fn what_another_backend_does_not_support_is_not_broken_and_what_a_build_no_longer_does_is() {
        let broken = |report: &Report| {
            let comparison = live(report, Margin::new(0.02).unwrap());
            (comparison.pairs.iter().filter(|pair| pair.broke).count(), comparison.is_worse())
        };
        let mut report = run();
        let cell = report.cells.iter_mut().find(|cell| cell.subject == 1).unwrap();
        cell.launches.clear();
        cell.trouble = Some(SkipReason::Unsupported { why: "its errors cannot be cloned".into() });
        assert_eq!(broken(&report), (0, false));
        report.subjects[0].label = format!("{}{BEFORE}", report.subjects[1].label);
        assert_eq!(broken(&report), (1, true));
        report.subjects[0].label = "singlepass".into();
        report.cells[1].trouble = Some(SkipReason::Failed { why: "returned 7".into() });
        assert_eq!(broken(&report), (1, true), "a failure is one on any backend");
    }

    #[test]
    fn fresh_launches_have_the_last_word_on_what_looked_different() {
        let first = run();
        assert_eq!(verdict(&first), (Some(TimeVerdict::Slower), false));
        let suspect: CellId = "unwind/indirect".parse().unwrap();
        assert!(suspects(&first, Margin::new(0.02).unwrap()).contains(&(0, suspect)));

        let seen_again = Report { again: Some(Box::new(first.clone())), ..first.clone() };
        assert_eq!(verdict(&seen_again), (Some(TimeVerdict::Slower), true));

        let gone = Report { again: Some(Box::new(alike(&first))), ..first.clone() };
        assert_eq!(verdict(&gone), (Some(TimeVerdict::Same), true));
    }

    /// The same, both subjects having the times of the first.
    fn alike(report: &Report) -> Report {
        let mut other = report.clone();
        let times: Vec<_> = other.cells.iter().filter(|cell| cell.subject == 0).cloned().collect();
        for cell in other.cells.iter_mut().filter(|cell| cell.subject == 1) {
            cell.launches.clone_from(&times.iter().find(|time| time.address == cell.address).unwrap().launches);
        }
        other
    }

    #[test]
    fn a_second_look_never_ends_less_certain_than_the_first() {
        let first = run();
        let mut few = first.clone();
        few.cells.iter_mut().for_each(|cell| cell.launches.truncate(2));
        let mut none = first.clone();
        none.cells.clear();
        let mut too_slow = first.clone();
        for cell in &mut too_slow.cells {
            cell.launches.clear();
            cell.trouble = Some(SkipReason::TooSlow { needs_seconds: Some(1.0) });
        }
        for second in [few, none, too_slow] {
            let both = Report { again: Some(Box::new(second)), ..first.clone() };
            assert_eq!(verdict(&both), (Some(TimeVerdict::Slower), false));
        }
    }

    #[test]
    fn what_was_undecided_is_judged_by_the_launches_of_both_looks() {
        let mut first = alike(&run());
        // Five launches have no verdict.
        first.cells.iter_mut().for_each(|cell| cell.launches.truncate(5));
        first.run.launches_made = 5;
        let margin = Margin::new(0.02).unwrap();
        let address: CellId = "unwind/indirect".parse().unwrap();
        assert!(suspects(&first, margin).is_empty() && undecided(&first, margin).contains(&(0, address)));
        assert_eq!(verdict(&first), (Some(TimeVerdict::Unsure), false));
        let both = Report { again: Some(Box::new(first.clone())), ..first };
        assert_eq!(verdict(&both), (Some(TimeVerdict::Same), false));
        let launches = &combined(&both).cells[0].launches;
        assert_eq!(launches.iter().map(|launch| launch.launch).collect::<Vec<_>>(), (1..=10).collect::<Vec<_>>());
    }

    #[test]
    fn the_resolution_is_that_of_the_margin_in_force() {
        let resolution = |margin: f64| {
            let notes = live(&run(), Margin::new(margin).unwrap()).notes;
            let note = notes.into_iter().find(|note| note.starts_with("resolution")).unwrap();
            let words: Vec<&str> = note.split(' ').collect();
            let after =
                |word: &str| words[words.iter().position(|other| *other == word).unwrap() + 2].parse::<f64>().unwrap();
            (after("difference"), after("margin"))
        };
        let (fine, coarse) = (resolution(0.0), resolution(0.1));
        assert_eq!((fine.1, coarse.1), (0.0, 10.0));
        assert!(coarse.0 > fine.0 + 9.9, "{fine:?} {coarse:?}");
    }
}
