use std::io::Write;

use anyhow::{Result, bail};

use super::target::{self, Target};
use super::{Out, Status, choice, run_file};
use crate::cli::Run;
use crate::harness::{self, Audience, Costs, Launcher};
use crate::record::{Played, Verdict};
use crate::report::terminal;
use crate::scenario;

pub(super) fn run(asked: &Run, launcher: &Launcher, out: &mut Out) -> Result<Status> {
    let scenario = match target::target(&asked.what)? {
        Target::Scenario(scenario) => scenario,
        Target::Module => return run_file::run_file(asked, launcher, out),
    };
    if !asked.invoke.is_empty() || asked.exit_at.is_some() || asked.fuel.is_some() || asked.json {
        bail!("--invoke, --exit-at, --fuel and --json are for modules, and `{}` is a scenario", scenario.id);
    }
    let subjects = choice::backends(&asked.choice)?;
    let alone = subjects.len() == 1;
    let mut rows: Vec<(String, Played, Option<Costs>)> = Vec::new();
    for (n, spec) in subjects.into_iter().enumerate() {
        if !alone {
            write!(out, "{}{}", if n == 0 { "" } else { "\n" }, terminal::heading(&spec))?;
        }
        let mut narrator = Narrator { out, printed: Ok(()), played: None };
        harness::check(launcher, (&spec, n), &[scenario], &mut narrator)?;
        narrator.printed?;
        let played = narrator.played.expect("one scenario was played");
        if played.verdict != Verdict::Passed {
            anstream::eprintln!("{spec}: {}", played.verdict);
        }
        rows.push((spec, played, None));
    }
    if !alone {
        let is_main_job = scenario.id == scenario::early_exit::EARLY_EXIT.id;
        // A backend that did not exit has no time to show.
        for (spec, _, costs) in rows.iter_mut().filter(|row| is_main_job && row.1.verdict == Verdict::Passed) {
            *costs = Some(harness::costs(launcher, spec)?);
        }
        write!(out, "\n{}", terminal::run_table(&rows))?;
    }
    anstream::eprintln!("{}", terminal::next_after_run(alone));
    let bad = rows.iter().any(|(_, played, _)| played.verdict.is_bad());
    Ok(if bad { Status::Failed } else { Status::Held })
}

/// Prints each line as it is said.
struct Narrator<'a> {
    out: &'a mut Out,
    printed: std::io::Result<()>,
    played: Option<Played>,
}

impl Audience for Narrator<'_> {
    fn said(&mut self, line: &str) {
        if self.printed.is_ok() {
            self.printed = writeln!(self.out, "{line}").and_then(|()| self.out.flush());
        }
    }

    fn played(&mut self, played: Played) {
        self.played = Some(played);
    }
}
