//! The pilot: a launch that is thrown away, but for what it says about sizes.
use std::time::{Duration, Instant};

use anyhow::Result;

use super::crew::{Ask, Crew};
use super::plan::{self, Cost, Share};
use super::{Onlooker, trouble};
use crate::benchmark::{self, Address};
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
    /// One iteration.
    one: Duration,
    /// A batch as it will be asked for, with settling and the way to the worker and back.
    batch: Duration,
    facts: Vec<(String, f64)>,
    trouble: Option<Trouble>,
}

/// Visits every cell once.
pub(super) fn pilot(
    mut crew: Crew,
    addresses: &[Address],
    patience: Duration,
    onlooker: &mut dyn Onlooker,
) -> Result<Pilot> {
    let launched = Instant::now();
    for subject in 0..crew.width() {
        crew.renew(subject)?;
    }
    let launching = launched.elapsed();
    let started = Instant::now();
    let mut pilot = Pilot { launching, cells: Vec::new(), fresh: Vec::new() };
    for address in addresses {
        onlooker.at(&format!("pilot: {address}"), 0.0, patience * 2);
        let fresh = benchmark::find(&address.benchmark).is_some_and(|benchmark| benchmark.fresh);
        let mut seen = Vec::new();
        for subject in 0..crew.width() {
            if fresh {
                crew.renew(subject)?;
            }
            let left = patience.saturating_sub(started.elapsed());
            seen.push(if onlooker.is_cancelled() {
                Seen::nothing()
            } else {
                visit(&mut crew, subject, address, fresh, left)
            });
        }
        pilot.cells.push(seen);
        pilot.fresh.push(fresh);
    }
    Ok(pilot)
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
        match crew.sample(subject, &cell, Ask { iterations, settle: false }, left) {
            Ok(batch) => {
                seen.batch = asked.elapsed();
                seen.one = batch.elapsed / u32::try_from(iterations).unwrap_or(u32::MAX);
                // A fifth of a batch tells well enough how many make one.
                if batch.elapsed * 5 >= plan::BATCH || iterations >= 1 << 24 {
                    break;
                }
                iterations *= 4;
            }
            Err(failure) => return Seen { trouble: Some(trouble(failure)), ..seen },
        }
    }
    // Then one as they will be asked for: what it takes to settle, and what lies outside of the timer, is not in `one`.
    let iterations = if fresh { 1 } else { plan::iterations(seen.one) };
    if iterations > 1 {
        let left = patience.saturating_sub(started.elapsed()).max(Duration::from_millis(1));
        let asked = Instant::now();
        if let Err(failure) = crew.sample(subject, &cell, Ask { iterations, settle: true }, left) {
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
        Self { preparing: none, one: none, batch: none, facts: Vec::new(), trouble: None }
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

    /// How many iterations make a batch of a cell.
    pub(super) fn iterations(&self, at: usize, subject: usize) -> u64 {
        plan::iterations(self.cells[at][subject].one)
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
