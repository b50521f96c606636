//! The conditions of a report's measurements, as names and values.
use crate::results::Report;
use crate::units;

/// The machine, the build and the run. Unknown values are left out.
pub(crate) fn of(report: &Report) -> Vec<(&'static str, String)> {
    let Report { machine, build, run, .. } = report;
    let incomplete = if run.complete { "" } else { ", not complete" };
    let all = [
        ("processor", Some(machine.cpu.clone())),
        ("processors", Some(machine.processors.to_string())),
        ("memory", machine.memory.map(units::bytes)),
        ("system", Some(machine.os.clone())),
        ("kernel", Some(machine.kernel.clone())),
        ("clock governor", machine.governor.clone()),
        ("harness", Some(format!("early-exit {}, revision {}", build.version, build.revision))),
        ("built by", Some(build.rustc.clone())),
        ("built for", Some(build.target.clone())),
        ("profile", Some(format!("{}, optimisation level {}", build.profile, build.opt_level))),
        ("flags", Some(build.rustflags.clone())),
        ("features", Some(build.features.join(", "))),
        ("began", Some(run.started_at.clone())),
        ("launches", Some(format!("{} of {}{incomplete}", run.launches_completed, run.launches))),
        ("took", Some(format!("{:.0} s of {:.0} s", run.elapsed_seconds, run.budget_seconds))),
        ("seed", Some(run.seed.to_string())),
    ];
    all.into_iter().filter_map(|(name, value)| Some((name, value.filter(|value| !value.is_empty())?))).collect()
}
