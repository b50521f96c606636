//! `check soak`: long runs.
use std::io::Write;
use std::time::Duration;

use anyhow::Result;

use super::{Status, Stdout, backends, status_line, unless_interrupted};
use crate::cli::CheckSoakArgs;
use crate::results::Verdict;
use crate::soak::workload::Mixture;
use crate::soak::{render, runner};
use crate::units;
use crate::worker::Launcher;

/// The share of the time for exceptions, if the backend supports them.
const EXCEPTIONS: f64 = 0.2;

pub(crate) fn check_soak(args: &CheckSoakArgs, launcher: &Launcher, out: &mut Stdout) -> Result<Status> {
    let (time, seed) = (Duration::from_secs_f64(args.time), args.seed.unwrap_or_else(rand::random));
    let mut held = true;
    let mut all = Vec::new();
    let backends = backends::selected(&args.choice)?;
    let mixtures = [(Mixture::Exits, 1.0 - EXCEPTIONS), (Mixture::Exceptions, EXCEPTIONS)];
    for (spec, (mixture, share)) in backends.iter().flat_map(|spec| mixtures.map(|mixture| (spec, mixture))) {
        let soaked =
            unless_interrupted(runner::soak(launcher, (spec, mixture), seed, time.mul_f64(share), |sample| {
                let (label, times) = (spec.label(), units::count(sample.times));
                status_line(format_args!("{label}: {:.0} s, {times} guests ended", sample.seconds));
            }))?;
        status_line("");
        let Some(soaked) = soaked else { break };
        let Some((soaked, verdicts)) = soaked else { continue };
        held &= !verdicts.iter().any(Verdict::is_bad);
        if !args.json {
            write!(out, "{}", render::summary(&soaked, &verdicts))?;
            out.flush()?;
        }
        all.push(soaked);
    }
    if args.json {
        out.json(&all)?;
    }
    Ok(if held { Status::Passed } else { Status::Failed })
}
