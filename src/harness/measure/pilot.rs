//! The pilot: a launch that is thrown away, but for what it says about sizes.
use std::time::{Duration, Instant};

use anyhow::Result;

use super::crew::Crew;
use super::plan::{self, Cost, Share};
use super::{Entrant, Handicap, Onlooker, trouble};
use crate::benchmark::{self, Address};
use crate::harness::Draw;
use crate::record::{Report, Trouble};

/// What the pilot saw.
pub(super) struct Pilot {
    /// To launch all workers.
    pub(super) launching: Duration,
    /// For each address, each subject.
    cells: Vec<Vec<Seen>>,
    fresh: Vec<bool>,
}

/// What the pilot saw of one cell.
struct Seen {
    preparing: Duration,
    /// One iteration, by the timer.
    one: Duration,
    /// How many make a batch.
    iterations: u64,
    /// Whether a batch first runs untimed.
    settles: bool,
    /// A batch as it will be asked for, with settling and the way to the worker and back.
    batch: Duration,
    facts: Vec<(String, f64)>,
    trouble: Option<Trouble>,
}

/// Visits every cell once.
pub(super) fn pilot(
    mut crew: Crew,
    addresses: &[Address],
    handicaps: &dyn Fn(usize, usize) -> Handicap,
    patience: Duration,
    onlooker: &mut dyn Onlooker,
) -> Result<Pilot> {
    let launched = Instant::now();
    let entrants = crew.entrants();
    for subject in 0..entrants.len() {
        crew.renew(subject)?;
    }
    let launching = launched.elapsed();
    let started = Instant::now();
    let mut pilot = Pilot { launching, cells: Vec::new(), fresh: Vec::new() };
    for (at, address) in addresses.iter().enumerate() {
        onlooker.at(&format!("pilot: {address}"), 0.0, patience * 2);
        let fresh = benchmark::find(&address.benchmark).is_some_and(|benchmark| benchmark.fresh);
        let mut seen = Vec::new();
        for subject in 0..entrants.len() {
            if fresh {
                crew.renew(subject)?;
            }
            let left = patience.saturating_sub(started.elapsed());
            seen.push(if onlooker.is_cancelled() {
                Seen::nothing()
            } else {
                visit(&mut crew, subject, &handicaps(at, subject).on(address), fresh, left)
            });
        }
        equal_batches(entrants, &mut seen);
        pilot.cells.push(seen);
        pilot.fresh.push(fresh);
    }
    Ok(pilot)
}

/// The same work in batches of the same size: what differs in that could differ in time by that alone.
fn equal_batches(entrants: &[Entrant], seen: &mut [Seen]) {
    for subject in 0..seen.len() {
        let same = |n: &usize| entrants[*n].spec == entrants[subject].spec && seen[*n].trouble.is_none();
        let Some(first) = (0..seen.len()).find(same).filter(|first| *first < subject) else { continue };
        (seen[subject].iterations, seen[subject].settles) = (seen[first].iterations, seen[first].settles);
    }
}

fn visit(crew: &mut Crew, subject: usize, address: &Address, fresh: bool, patience: Duration) -> Seen {
    if patience.is_zero() {
        // The pilot alone took half of the budget.
        return Seen { trouble: Some(Trouble::TooSlow { needs_seconds: None }), ..Seen::nothing() };
    }
    let started = Instant::now();
    let cell = match crew.prepare(subject, address, patience) {
        Ok(cell) => cell,
        Err(failure) => return Seen { trouble: Some(trouble(failure)), ..Seen::nothing() },
    };
    let mut preparing = started.elapsed();
    let mut seen = Seen { facts: cell.facts.clone(), ..Seen::nothing() };
    let mut iterations = 1;
    loop {
        let left = patience.saturating_sub(started.elapsed()).max(Duration::from_millis(1));
        let asked = Instant::now();
        match crew.sample(subject, &cell, Draw::of(iterations, false), left) {
            Ok(batch) => {
                seen.batch = asked.elapsed();
                let of_all = |time: Duration| time / u32::try_from(iterations).unwrap_or(u32::MAX);
                seen.one = of_all(batch.elapsed);
                seen.iterations = if fresh { 1 } else { plan::iterations(seen.one, of_all(seen.batch)) };
                seen.settles = !fresh && plan::settles(seen.one);
                // A fifth of a batch tells well enough how many make one.
                if iterations * 5 >= seen.iterations || iterations >= 1 << 24 {
                    break;
                }
                iterations *= 4;
            }
            Err(failure) => return Seen { trouble: Some(trouble(failure)), ..seen },
        }
    }
    // Then one as they will be asked for: what it takes to settle, and what lies outside of the timer, is not in `one`.
    if seen.settles {
        let left = patience.saturating_sub(started.elapsed()).max(Duration::from_millis(1));
        let asked = Instant::now();
        if let Err(failure) = crew.sample(subject, &cell, Draw::of(seen.iterations, true), left) {
            return Seen { trouble: Some(trouble(failure)), ..seen };
        }
        seen.batch = asked.elapsed();
    }
    let releasing = Instant::now();
    if let Err(failure) = crew.release(subject, cell) {
        seen.trouble = Some(trouble(failure));
    }
    preparing += releasing.elapsed();
    Seen { preparing, ..seen }
}

impl Seen {
    fn nothing() -> Self {
        let none = Duration::ZERO;
        Self {
            preparing: none,
            one: none,
            iterations: 1,
            settles: false,
            batch: none,
            facts: Vec::new(),
            trouble: None,
        }
    }
}

impl Pilot {
    /// What an address takes.
    pub(super) fn cost(&self, at: usize) -> Cost {
        let able = || self.cells[at].iter().filter(|seen| seen.trouble.is_none());
        let fresh = self.fresh[at];
        let renewing = if fresh { self.launching } else { Duration::ZERO };
        let round = able().map(|seen| seen.batch).sum();
        Cost { preparing: able().map(|seen| seen.preparing).sum::<Duration>() + renewing, round, fresh }
    }

    /// A batch of a cell, with what it carries on top of what the reference takes.
    pub(super) fn draw(&self, at: usize, subject: usize, handicap: Handicap) -> Draw {
        let Seen { iterations, settles, .. } = self.cells[at][subject];
        let reference = self.cells[at][0].one.as_nanos() as f64;
        Draw { iterations, settle: settles, spin: handicap.spin(reference, iterations) }
    }

    /// How long a question about a cell may take before it counts as hung: far longer than it ever should.
    pub(super) fn patience(&self, at: usize, subject: usize) -> Duration {
        let seen = &self.cells[at][subject];
        Duration::from_secs(20) + 5 * (seen.preparing + seen.one)
    }

    /// Notes in a report what cannot be measured, and what is known without measuring.
    pub(super) fn note(&self, shares: &[Share], report: &mut Report) {
        let cells = self.cells.iter().zip(shares).flat_map(|(seen, share)| seen.iter().map(move |seen| (seen, share)));
        for (record, (seen, share)) in report.cells.iter_mut().zip(cells) {
            record.facts.clone_from(&seen.facts);
            record.trouble.clone_from(&seen.trouble);
            if let (None, Share::TooSlow(needs)) = (&record.trouble, share) {
                record.trouble = Some(Trouble::TooSlow { needs_seconds: Some(needs.as_secs_f64()) });
            }
        }
    }
}
