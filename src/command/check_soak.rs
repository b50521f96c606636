//! `check soak`: long runs.
use crate::soak::runner;
use std::io::{IsTerminal, Write};
use std::time::Duration;

use anyhow::Result;

use super::{Status, Stdout, choice, unless_interrupted};
use crate::cli::CheckSoakArgs;
use crate::output::units;
use crate::soak::render;
use crate::worker::Launcher;

pub(crate) fn check_soak(asked: &CheckSoakArgs, launcher: &Launcher, out: &mut Stdout) -> Result<Status> {
    let (time, seed) = (Duration::from_secs_f64(asked.time), asked.seed.unwrap_or_else(rand::random));
    let mut held = true;
    let mut all = Vec::new();
    for spec in choice::backends(&asked.choice)? {
        let soaked = unless_interrupted(runner::soak(launcher, &spec, seed, time, |sample| {
            if std::io::stderr().is_terminal() {
                let times = units::count(sample.times);
                // Nobody may be listening.
                let _ = write!(std::io::stderr(), "\r\x1b[K{spec}: {:.0} s, left {times} times", sample.seconds);
            }
        }))?;
        if std::io::stderr().is_terminal() {
            let _ = write!(std::io::stderr(), "\r\x1b[K");
        }
        let Some(soaked) = soaked else { break };
        held &= soaked.wrong().is_empty();
        if !asked.json {
            write!(out, "{}", render::told(&soaked))?;
            out.flush()?;
        }
        all.push(soaked);
    }
    if asked.json {
        serde_json::to_writer_pretty(&mut *out, &all)?;
        writeln!(out)?;
    }
    Ok(if held { Status::Held } else { Status::Failed })
}
