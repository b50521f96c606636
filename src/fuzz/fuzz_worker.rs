//! Runs, examines and minimizes random modules in one worker process per variant.
use std::ops::Range;
use std::time::Duration;

use anyhow::{Result, bail};

use super::campaign::FuzzConfig;
use super::oracle::{self, ModuleResults, ObservedModule};
use crate::fuzz::observation::{Action, has_panicked};
use crate::fuzz::result::Mismatch;
use crate::fuzz::seed::ModuleSeed;
use crate::worker::protocol::{ModuleTrial, Request, Response};
use crate::worker::supervisor::{Launcher, Limits, Worker, WorkerError};

/// The limits of a request. Fuel ends every guest, but compilers have none.
const LIMITS: Limits = Limits { time: Duration::from_secs(120), memory: Limits::MEMORY };

/// The limit of candidates for a smaller module.
const MAX_CANDIDATES: usize = 400;

/// One worker per variant, used in turn.
pub(crate) struct FuzzWorker<'a> {
    launcher: &'a Launcher,
    pub(crate) config: &'a FuzzConfig,
    workers: Vec<Option<Worker>>,
}

impl<'a> FuzzWorker<'a> {
    pub(crate) fn new(launcher: &'a Launcher, config: &'a FuzzConfig) -> Self {
        Self { launcher, config, workers: config.specs.iter().map(|_| None).collect() }
    }

    /// Takes the worker of a variant, or starts one. The caller puts it back if it is still usable.
    fn worker(&mut self, variant: usize) -> Result<Worker> {
        match self.workers[variant].take() {
            Some(worker) => Ok(worker),
            None => Ok(self.launcher.launch(&self.config.specs[variant])?.0),
        }
    }

    /// Runs modules on each variant.
    pub(crate) fn attempt(&mut self, numbers: Range<u64>) -> Result<Vec<ModuleResults>> {
        let mut results: Vec<_> = numbers.clone().map(|number| ModuleResults { number, trials: vec![] }).collect();
        for variant in 0..self.config.specs.len() {
            let mut trials = Vec::new();
            while trials.len() < results.len() {
                trials.extend(self.run_modules(variant, numbers.start + trials.len() as u64..numbers.end)?);
            }
            results.iter_mut().zip(trials).for_each(|(result, trial)| result.trials.push(trial));
        }
        Ok(results)
    }

    /// Runs modules on one variant, at least the first, until they are done or the worker is lost. The module in which it was
    /// lost gives `None`.
    fn run_modules(&mut self, variant: usize, numbers: Range<u64>) -> Result<Vec<Option<ModuleTrial>>> {
        let mut worker = self.worker(variant)?;
        let request = Request::RunModules {
            seed: self.config.seed,
            numbers: numbers.clone(),
            features: self.config.features.clone(),
        };
        let mut heard = Vec::new();
        let answer =
            worker.request(&request, &LIMITS, |line| heard.extend(serde_json::from_str::<ModuleTrial>(line).ok()));
        // Accepts the logs in order and once each only.
        let in_order = heard.into_iter().zip(numbers.clone()).take_while(|(trial, number)| trial.number == *number);
        let mut trials: Vec<_> = in_order.map(|(trial, _)| Some(trial)).collect();
        let next = numbers.start + trials.len() as u64;
        match answer {
            Ok(Response::ModulesDone { next: end }) if end == next && next == numbers.end => {
                self.workers[variant] = Some(worker);
            }
            // The backend panicked in the last module.
            Ok(Response::ModulesDone { .. }) if !trials.is_empty() => {}
            Err(WorkerError::Interrupted) => bail!(WorkerError::Interrupted),
            // Several exceeded the time limit together: the machine may be busy, so the next runs alone.
            Err(WorkerError::TimedOut(_)) if next < numbers.end && numbers.end - numbers.start > 1 => {
                trials.extend(self.run_modules(variant, next..next + 1)?);
            }
            // The worker was lost in the module after the last logged one.
            _ if next < numbers.end => trials.push(None),
            _ => {}
        }
        Ok(trials)
    }

    /// The mismatch of a module, with fresh workers.
    pub(crate) fn examine_afresh(&mut self, seed: &ModuleSeed) -> Result<Mismatch> {
        self.workers.iter_mut().for_each(|worker| *worker = None);
        Ok(self.examine(seed)?.unwrap_or_else(|| oracle::not_reproduced(seed, self.config.specs.len())))
    }

    /// The mismatch of a module, if any.
    pub(crate) fn examine(&mut self, seed: &ModuleSeed) -> Result<Option<Mismatch>> {
        let examined: Vec<_> =
            (0..self.config.specs.len()).map(|variant| self.observe(variant, seed)).collect::<Result<_>>()?;
        Ok(oracle::mismatch(seed, &examined))
    }

    /// The same mismatch of a smaller module, if one is found.
    pub(crate) fn minimize(&mut self, mismatch: Mismatch) -> Result<Mismatch> {
        let mut candidates = mismatch.seed.smaller().into_iter();
        let mut smallest = mismatch;
        for _ in 0..MAX_CANDIDATES {
            let Some(seed) = candidates.next() else { break };
            let examined = match self.examine(&seed) {
                Err(error) if WorkerError::is_interruption(&error) => break,
                examined => examined?,
            };
            if let Some(smaller) = examined.filter(|smaller| smaller.is_like(&smallest)) {
                candidates = smaller.seed.smaller().into_iter();
                smallest = smaller;
            }
        }
        Ok(smallest)
    }

    /// The observations of a module on one variant.
    fn observe(&mut self, variant: usize, seed: &ModuleSeed) -> Result<ObservedModule> {
        let mut worker = self.worker(variant)?;
        let mut last = Action::Compile;
        let request = Request::ExamineModule { seed: seed.clone(), features: self.config.features.clone() };
        let answer = worker.request(&request, &LIMITS, |line| {
            if let Ok(action) = serde_json::from_str(line) {
                last = action;
            }
        });
        let observations = match answer {
            Ok(Response::Examined { observations }) => observations,
            Ok(Response::Error { .. }) => vec![],
            Ok(other) => bail!("unexpected response: {other:?}"),
            Err(WorkerError::Interrupted) => bail!(WorkerError::Interrupted),
            Err(lost) => return Ok(Err((last, (&lost).into()))),
        };
        if !has_panicked(&observations) {
            self.workers[variant] = Some(worker);
        }
        Ok(Ok(observations))
    }
}
