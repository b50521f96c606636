//! From what was measured to what can be said of one side against the other.
use std::collections::HashMap;

use super::estimates::{interval, ratio, rows, samples};
use crate::catalog::benchmark;
use crate::catalog::benchmark::CellId;
use crate::output::{compared_counts, measurements};
use crate::results::{
    CellComparison, CellRecord, ChangedMetric, ChangedVerdict, CheckResult, ComparedVariant, Comparison, Machine,
    Metric, Report, SkipReason, VERSION, Variant,
};
use crate::statistics::{
    Confidence, Estimate, Margin, RunShift, TimeVerdict, judge, typical_time, unpaired, unpaired_by_shift,
};

/// What a run says of every subject that is held against another. What launches of their own said of the [`suspects`] is
/// the last word on them: the first run is where they were found.
pub fn live(report: &Report, margin: Margin) -> Comparison {
    if report.metric == Metric::Instructions {
        return compared_counts::live(report, margin);
    }
    let sides = held(report);
    let mut found = pairs(report, &sides, ratio);
    let mut confirmed = vec![false; found.len()];
    if let Some(again) = &report.again {
        let mut told: HashMap<_, _> =
            pairs(again, &sides, ratio).into_iter().map(|pair| ((pair.side, pair.address.clone()), pair)).collect();
        let suspects = suspects(report, margin);
        for (pair, confirmed) in found.iter_mut().zip(&mut confirmed) {
            if suspects.contains(&(pair.side, pair.address.clone())) {
                *confirmed = true;
                let nothing = PendingComparison { estimate: None, ..pair.clone() };
                *pair = told.remove(&(pair.side, pair.address.clone())).unwrap_or(nothing);
            }
        }
    }
    let moved = moved(report, report, &sides);
    compared(report, report, &sides, found, confirmed, moved, margin)
}

/// What two runs say of the subjects that are in both, by their labels: each time is set against its own floor, and the
/// interval is widened by how far the floors of the two runs are apart.
pub fn files(base: &Report, new: &Report, margin: Margin) -> Comparison {
    if new.metric == Metric::Instructions {
        return compared_counts::files(base, new, margin);
    }
    let in_base = own(base);
    let sides: Vec<_> =
        own(new).into_iter().filter(|label| in_base.contains(label)).map(|label| (label.clone(), label)).collect();
    let runs = Runs { base, new, apart: apart(base, new, &sides) };
    let found = found(new, base, &sides, |cell, base| runs.ratio(cell, base));
    let confirmed = vec![false; found.len()];
    let moved = moved(new, base, &sides);
    Comparison { live: false, ..compared(new, base, &sides, found, confirmed, moved, margin) }
}

/// The labels of the subjects that are no twins.
pub(crate) fn own(report: &Report) -> Vec<String> {
    report.subjects.iter().filter(|subject| subject.twin_of.is_none()).map(|subject| subject.label.clone()).collect()
}

/// The cells that look different, by themselves and against the margin: by the place of their side. Nobody is called
/// slower by that alone.
pub fn suspects(report: &Report, margin: Margin) -> Vec<(usize, CellId)> {
    if report.metric == Metric::Instructions {
        return compared_counts::suspects(report, margin);
    }
    let found = pairs(report, &held(report), ratio);
    let looks = |pair: &&PendingComparison| {
        let estimate = pair.estimate.as_slice();
        matches!(judge(estimate, margin, Confidence::NINETY_FIVE)[..], [TimeVerdict::Faster | TimeVerdict::Slower])
    };
    found.iter().filter(looks).map(|pair| (pair.side, pair.address.clone())).collect()
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

/// The pairs of a run whose sides were measured in the same rounds.
fn pairs(
    report: &Report,
    sides: &[(String, String)],
    ratio: impl Fn(&CellRecord, &CellRecord) -> Option<Estimate>,
) -> Vec<PendingComparison> {
    found(report, report, sides, ratio)
}

fn found(
    new: &Report,
    base: &Report,
    sides: &[(String, String)],
    ratio: impl Fn(&CellRecord, &CellRecord) -> Option<Estimate>,
) -> Vec<PendingComparison> {
    let pair = |side: usize, cell: &CellRecord, base: &CellRecord| {
        let broke = base.trouble.is_none()
            && matches!(
                cell.trouble,
                Some(SkipReason::Failed { .. } | SkipReason::Lost { .. } | SkipReason::Unsupported { .. })
            );
        let told = |cell: &CellRecord| {
            cell.trouble.as_ref().map(|trouble| format!("{}: {}", trouble.word(), trouble.reason()))
        };
        let trouble = told(cell).or_else(|| told(base).map(|told| format!("before: {told}")));
        let estimate = if trouble.is_none() { ratio(cell, base) } else { None };
        PendingComparison { side, address: cell.address.clone(), estimate, trouble, broke }
    };
    each(new, base, sides).map(|(side, cell, base)| pair(side, cell, base)).collect()
}

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
fn notes(new: &Report, base: &Report) -> Vec<String> {
    let mut notes = new.run.notes.clone();
    notes.push(measurements::resolution(new, &rows(new)));
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

/// Judges all pairs: those that were confirmed among themselves, since what chose them is no part of what is judged.
fn compared(
    new: &Report,
    base: &Report,
    sides: &[(String, String)],
    found: Vec<PendingComparison>,
    confirmed: Vec<bool>,
    moved: Vec<ChangedMetric>,
    margin: Margin,
) -> Comparison {
    let mut verdicts: Vec<Option<TimeVerdict>> = vec![None; found.len()];
    for family in [false, true] {
        let places: Vec<_> =
            (0..found.len()).filter(|n| confirmed[*n] == family && found[*n].estimate.is_some()).collect();
        let estimates: Vec<_> = places.iter().filter_map(|n| found[*n].estimate.clone()).collect();
        for (n, verdict) in places.into_iter().zip(judge(&estimates, margin, Confidence::NINETY_FIVE)) {
            verdicts[n] = Some(verdict);
        }
    }
    let pairs = found.into_iter().zip(verdicts).zip(confirmed).map(|((found, verdict), confirmed)| {
        let interval = found.estimate.as_ref().and_then(interval).and_then(|interval| interval.exp());
        CellComparison {
            side: found.side,
            address: found.address,
            // One that looked different and could not be measured again remains unsure.
            verdict: verdict.or((confirmed && found.trouble.is_none()).then_some(TimeVerdict::Unsure)),
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
        notes: notes(new, base),
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
    fn the_second_look_has_the_last_word() {
        let first = run();
        assert_eq!(verdict(&first), (Some(TimeVerdict::Slower), false));
        let suspect: CellId = "unwind/indirect".parse().unwrap();
        assert!(suspects(&first, Margin::new(0.02).unwrap()).contains(&(0, suspect)));

        let seen_again = Report { again: Some(Box::new(first.clone())), ..first.clone() };
        assert_eq!(verdict(&seen_again), (Some(TimeVerdict::Slower), true));

        let mut other = first.clone();
        let times: Vec<_> = other.cells.iter().filter(|cell| cell.subject == 0).cloned().collect();
        for cell in other.cells.iter_mut().filter(|cell| cell.subject == 1) {
            cell.launches.clone_from(&times.iter().find(|time| time.address == cell.address).unwrap().launches);
        }
        let gone = Report { again: Some(Box::new(other.clone())), ..first.clone() };
        assert_eq!(verdict(&gone), (Some(TimeVerdict::Same), true));

        other.cells.clear();
        let not_measured = Report { again: Some(Box::new(other)), ..first };
        assert_eq!(verdict(&not_measured), (Some(TimeVerdict::Unsure), true));
    }
}
