//! A worker per variant, all of which run the same module.
use std::ops::Range;
use std::time::Duration;

use anyhow::{Result, anyhow, bail};

use super::campaign::FuzzConfig;
use super::oracle;
use super::oracle::{Description, ObservedModule};
use crate::fuzz::observation::Action;
use crate::fuzz::result::Mismatch;
use crate::fuzz::seed::ModuleSeed;
use crate::worker::protocol::{ModuleTrial, Request, Response};
use crate::worker::supervisor::{Launcher, Limits, Worker, WorkerError};

/// The limits of a request. Fuel ends every guest, but compilers have none.
const LIMITS: Limits = Limits { time: Duration::from_secs(120), memory: Limits::MEMORY };

/// One worker per variant, used in turn.
pub(crate) struct FuzzWorker<'a> {
    launcher: &'a Launcher,
    pub(crate) config: &'a FuzzConfig,
    workers: Vec<Option<Worker>>,
}

/// The result of one module per variant; `None` if the worker was lost.
pub(crate) struct ModuleResults {
    number: u64,
    gave: Vec<Option<ModuleTrial>>,
}

impl ModuleResults {
    /// Whether all variants agree.
    pub(crate) fn agreed(&self) -> bool {
        self.gave.iter().all(|gave| gave.is_some_and(|gave| Some(gave.digest) == self.gave[0].map(|gave| gave.digest)))
    }

    /// The number of calls, and the number of those with an early exit; `None` if no module could be generated.
    pub(crate) fn calls(&self) -> Option<[u32; 2]> {
        let none = self.gave.iter().any(|gave| gave.is_some_and(|gave| gave.digest.is_none()));
        (!none).then(|| self.gave.iter().flatten().map(|gave| gave.calls).max().unwrap_or_default())
    }

    pub(crate) fn seed(&self, seed: u64) -> ModuleSeed {
        ModuleSeed::new(seed, self.number)
    }
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
        let mut rounds: Vec<_> = numbers.clone().map(|number| ModuleResults { number, gave: vec![] }).collect();
        for variant in 0..self.config.specs.len() {
            let mut gave = Vec::new();
            while gave.len() < rounds.len() {
                gave.extend(self.run_modules(variant, numbers.start + gave.len() as u64..numbers.end)?);
            }
            rounds.iter_mut().zip(gave).for_each(|(round, gave)| round.gave.push(gave));
        }
        Ok(rounds)
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
        let mut gave: Vec<_> = in_order.map(|(trial, _)| Some(trial)).collect();
        let next = numbers.start + gave.len() as u64;
        match answer {
            Ok(Response::ModulesDone { next: end }) if end == next && next == numbers.end => {
                self.workers[variant] = Some(worker);
            }
            // The backend panicked in the last module.
            Ok(Response::ModulesDone { .. }) if !gave.is_empty() => {}
            Err(WorkerError::Interrupted) => bail!(WorkerError::Interrupted),
            // Several exceeded the time limit together: the machine may be busy, so the next runs alone.
            Err(WorkerError::TimedOut(_)) if next < numbers.end && numbers.end - numbers.start > 1 => {
                gave.extend(self.run_modules(variant, next..next + 1)?);
            }
            // The worker was lost in the module after the last logged one.
            _ if next < numbers.end => gave.push(None),
            _ => {}
        }
        Ok(gave)
    }

    /// The mismatch of a module, with fresh workers.
    pub(crate) fn examine(&mut self, seed: &ModuleSeed) -> Result<Mismatch> {
        self.workers.iter_mut().for_each(|worker| *worker = None);
        Ok(self.look_at(seed)?.unwrap_or_else(|| oracle::not_again(seed, self.config.specs.len())))
    }

    /// The mismatch of a module, if any.
    pub(crate) fn look_at(&mut self, seed: &ModuleSeed) -> Result<Option<Mismatch>> {
        let examined: Vec<_> =
            (0..self.config.specs.len()).map(|variant| self.look(variant, seed)).collect::<Result<_>>()?;
        Ok(oracle::mismatch(seed, &examined))
    }

    fn look(&mut self, variant: usize, seed: &ModuleSeed) -> Result<ObservedModule> {
        let mut worker = self.worker(variant)?;
        let mut last = Action::Compile;
        let request = Request::ExamineModule { seed: seed.clone(), features: self.config.features.clone() };
        let answer = worker.request(&request, &LIMITS, |line| {
            if let Ok(action) = serde_json::from_str(line) {
                last = action;
            }
        });
        match answer {
            Ok(Response::Examined { observations }) => {
                if !crate::fuzz::observation::has_panicked(&observations) {
                    self.workers[variant] = Some(worker);
                }
                Ok(ObservedModule { observations, lost: None })
            }
            Ok(Response::Error { .. }) => {
                self.workers[variant] = Some(worker);
                Ok(ObservedModule { observations: vec![], lost: None })
            }
            Ok(other) => Err(anyhow!("unexpected response: {other:?}")),
            Err(WorkerError::Interrupted) => bail!(WorkerError::Interrupted),
            Err(lost) => Ok(ObservedModule { observations: vec![], lost: Some((last, observed(&lost))) }),
        }
    }
}

/// Why a worker is lost.
fn observed(lost: &WorkerError) -> Description {
    let short = match lost {
        WorkerError::Crashed(how) => format!("crashed: {}", how.split(';').next().unwrap_or_default()),
        WorkerError::TimedOut(_) => "did not come back".into(),
        WorkerError::OverMemory { .. } => "held too much memory".into(),
        WorkerError::Interrupted => lost.to_string(),
        WorkerError::Protocol(_) => "said what is no answer".into(),
    };
    Description { short, full: lost.to_string() }
}
