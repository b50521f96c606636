//! Measures twice: first to find what looks different, then that again by itself.
use anyhow::Result;

use super::watch::ProgressDisplay;
use crate::analysis::comparison;
use crate::catalog::benchmark::CellId;
use crate::results::Report;
use crate::results::journal::Journal;
use crate::sampling::experiment::Experiment;
use crate::sampling::instructions::CountOrder;
use crate::sampling::variant::ExperimentVariant;
use crate::statistics::Margin;

/// How much of the budget goes into finding what looks different; the rest is for measuring that again.
const FINDING: f64 = 0.5;
/// How many times as many launches the second look makes. It is at few cells, so a launch costs little, and each prepares
/// its cells anew: where they come to lie is much of what is left of the noise.
const MORE_LAUNCHES: u32 = 3;

/// A report of the order, and within it one of the [`suspects`](comparison::suspects) against a margin, from fresh launches
/// alone: what chose them is no part of what is judged then.
///
/// # Errors
/// As [`harness::measure`](crate::sampling::experiment::measure).
pub(crate) fn measured_twice(
    watch: &mut ProgressDisplay,
    order: &Experiment,
    journal: Option<&mut Journal>,
    margin: Margin,
) -> Result<Report> {
    let first = Experiment { budget: order.budget.mul_f64(FINDING), ..order.clone() };
    let mut report = watch.measure(&first, journal)?;
    let suspects = comparison::suspects(&report, margin);
    if !suspects.is_empty() && !watch.is_over() {
        let held = comparison::held(&report);
        let labels: Vec<_> = suspects.iter().flat_map(|(side, _)| [&held[*side].0, &held[*side].1]).collect();
        let again = Experiment {
            budget: order.budget.mul_f64(1.0 - FINDING),
            seed: order.seed.wrapping_add(1),
            launches: MORE_LAUNCHES * order.launches,
            ..only(
                order,
                |entrant| labels.contains(&&entrant.label),
                |at| suspects.iter().any(|(_, suspect)| *suspect == order.addresses[at]),
            )
        };
        let prefix = watch.prefix.clone();
        watch.prefix += &format!("{} that looked different, again: ", suspects.len());
        report.again = Some(Box::new(watch.measure(&again, None)?));
        watch.prefix = prefix;
    }
    Ok(report)
}

/// How many times as many launches count again what looked different.
const MORE_COUNTS: u32 = 3;

/// The same of an order to count: in all of it first, and again in the cells that do not look the same.
///
/// # Errors
/// As [`instructions::count`](crate::sampling::instructions::count).
pub(crate) fn counted_twice(
    watch: &mut ProgressDisplay,
    order: &CountOrder,
    journal: Option<&mut Journal>,
    margin: Margin,
) -> Result<Report> {
    let mut report = watch.count(order, journal)?;
    let suspects = comparison::suspects(&report, margin);
    if !suspects.is_empty() && !watch.is_over() {
        let is_suspect = |address: &CellId| suspects.iter().any(|(_, suspect)| suspect == address);
        let again = CountOrder {
            addresses: order.addresses.iter().filter(|address| is_suspect(address)).cloned().collect(),
            launches: MORE_COUNTS * order.launches,
            ..order.clone()
        };
        let prefix = watch.prefix.clone();
        watch.prefix += &format!("{} that looked different, again: ", suspects.len());
        report.again = Some(Box::new(watch.count(&again, None)?));
        watch.prefix = prefix;
    }
    Ok(report)
}

/// The part of an order that is for some of its entrants and some of its addresses, by their places.
fn only(
    order: &Experiment,
    entrant: impl Fn(&ExperimentVariant) -> bool,
    address: impl Fn(usize) -> bool,
) -> Experiment {
    let entrants: Vec<_> = (0..order.entrants.len()).filter(|n| entrant(&order.entrants[*n])).collect();
    let place = |before: usize| entrants.iter().position(|n| *n == before);
    let renumbered = |n: &usize| {
        let entrant = order.entrants[*n].clone();
        let (twin_of, held_against) = (entrant.twin_of.and_then(place), entrant.held_against.and_then(place));
        ExperimentVariant { twin_of, held_against, ..entrant }
    };
    let rows = || (0..order.addresses.len()).filter(|at| address(*at));
    Experiment {
        entrants: entrants.iter().map(renumbered).collect(),
        addresses: rows().map(|at| order.addresses[at].clone()).collect(),
        handicaps: rows()
            .filter_map(|at| entrants.iter().map(|n| order.handicaps.get(at)?.get(*n).copied()).collect())
            .collect(),
        ..order.clone()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::sampling::injected_slowdown::InjectedSlowdown;
    use crate::worker::Launcher;

    #[test]
    fn a_part_of_an_order_keeps_who_is_held_against_whom_and_what_they_carry() {
        let launcher = Launcher::new("early-exit");
        let named = |label: &str, held_against| ExperimentVariant {
            label: label.into(),
            held_against,
            ..ExperimentVariant::new("native", &launcher)
        };
        let share = |share| {
            vec![InjectedSlowdown::None, InjectedSlowdown::None, InjectedSlowdown::None, InjectedSlowdown::Spin(share)]
        };
        let order = Experiment {
            entrants: vec![named("a", None), named("b", Some(0)), named("c", None), named("d", Some(2))],
            addresses: vec!["x/a".parse().unwrap(), "x/b".parse().unwrap()],
            handicaps: vec![share(0.1), share(0.2)],
            budget: Duration::from_secs(1),
            launches: 3,
            seed: 1,
        };
        let part = only(&order, |entrant| ["c", "d"].contains(&entrant.label.as_str()), |at| at == 1);
        assert_eq!(part.entrants[1].held_against, Some(0));
        assert_eq!(part.addresses, [order.addresses[1].clone()]);
        assert_eq!(part.handicaps, [[InjectedSlowdown::None, InjectedSlowdown::Spin(0.2)]]);
        assert!(only(&Experiment { handicaps: vec![], ..order }, |_| true, |_| true).handicaps.is_empty());
    }
}
