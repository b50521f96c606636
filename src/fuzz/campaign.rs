//! Runs random modules on several variants, and collects the mismatches.
use std::ops::Range;
use std::sync::Mutex;
use std::time::Instant;

use anyhow::Result;

use crate::engine::BackendSpec;
use crate::fuzz::feature_set::FeatureSet;
use crate::fuzz::fuzz_worker::FuzzWorker;
use crate::fuzz::oracle;
use crate::fuzz::result::RandomRun;
use crate::fuzz::seed::ModuleSeed;
use crate::parallel;
use crate::results;
use crate::worker::supervisor::{Launcher, WorkerError};

/// The parameters of a fuzzing run.
#[derive(Debug, Clone)]
pub struct FuzzConfig {
    /// The variants.
    pub specs: Vec<BackendSpec>,
    /// The names of the variants in known issues.
    pub names: Vec<String>,
    /// The features that modules may use.
    pub features: FeatureSet,
    /// The random seed.
    pub seed: u64,
    /// The number of modules.
    pub count: u64,
    /// The number of modules in parallel.
    pub jobs: usize,
}

/// The number of modules per request.
const PER_REQUEST: u64 = 25;

/// Runs random modules on all variants. `over` gets the number of completed modules and of unexplained kinds of mismatch. An
/// interrupted run returns the results so far.
///
/// # Errors
/// When no worker starts.
pub fn random(launcher: &Launcher, config: &FuzzConfig, over: &(dyn Fn(u64, usize) + Sync)) -> Result<RandomRun> {
    let started = Instant::now();
    let run = Mutex::new(RandomRun {
        version: results::VERSION,
        seed: config.seed,
        variants: config.specs.iter().map(|spec| spec.label()).collect(),
        features: config.features.features.clone(),
        ..RandomRun::default()
    });
    let ranges: Vec<_> = (0..config.count)
        .step_by(PER_REQUEST as usize)
        .map(|from| from..(from + PER_REQUEST).min(config.count))
        .collect();
    parallel::map(
        &ranges,
        config.jobs,
        || FuzzWorker::new(launcher, config),
        |worker, _, numbers| {
            match fuzz_modules(worker, numbers.clone(), &run) {
                // The results so far count.
                Err(error) if WorkerError::is_interruption(&error) => return Ok(()),
                done => done?,
            }
            let run = run.lock().expect("no thread panics");
            over(run.tally.modules + run.tally.none, run.unexplained().count());
            Ok(())
        },
    )?;
    let mut run = run.into_inner().expect("no thread panics");
    run.seconds = started.elapsed().as_secs_f64();
    run.kinds.sort_by_key(|kind| (kind.explained.is_some(), kind.first.seed.number));
    Ok(run)
}

/// Runs the modules of one request, and examines their mismatches.
fn fuzz_modules(worker: &mut FuzzWorker, numbers: Range<u64>, run: &Mutex<RandomRun>) -> Result<()> {
    for result in worker.attempt(numbers)? {
        let seed = ModuleSeed::new(worker.config.seed, result.number);
        let mismatch = if result.agree() { None } else { Some(worker.examine_afresh(&seed)?) };
        let new = {
            let mut run = run.lock().expect("no thread panics");
            match result.calls() {
                Some([calls, exits]) => {
                    run.tally.modules += 1;
                    run.tally.calls += u64::from(calls);
                    run.tally.exits += u64::from(exits);
                }
                None => run.tally.none += 1,
            }
            mismatch.and_then(|mismatch| {
                let explained = oracle::explained(&mismatch, &worker.config.names);
                run.add(mismatch, explained)
            })
        };
        if let Some(kind) = new {
            let first = run.lock().expect("no thread panics").kinds[kind].first.clone();
            let smaller = worker.minimize(first)?;
            run.lock().expect("no thread panics").kinds[kind].first = smaller;
        }
    }
    Ok(())
}
