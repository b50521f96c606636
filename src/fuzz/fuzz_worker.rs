//! One worker per backend, all of which run the same module.
use std::ops::Range;
use std::time::Duration;

use anyhow::{Result, anyhow, bail};

use super::campaign::FuzzConfig;
use super::oracle;
use super::oracle::ObservedModule;
use crate::fuzz::observation::Action;
use crate::fuzz::result::Mismatch;
use crate::fuzz::seed::ModuleSeed;
use crate::worker::protocol::{ModuleTrial, Request, Response};
use crate::worker::supervisor::{Launcher, Limits, Worker, WorkerError};

/// How long a question may take. Fuel ends every guest; compilers have none.
const LIMITS: Limits = Limits { time: Duration::from_secs(120), memory: Limits::MEMORY };

/// A worker a subject, asked in turn.
pub(crate) struct FuzzWorker<'a> {
    launcher: &'a Launcher,
    pub(crate) trials: &'a FuzzConfig,
    workers: Vec<Option<Worker>>,
}

/// What one module gave on each subject: nothing where the worker was lost over it.
pub(crate) struct ModuleResults {
    number: u64,
    gave: Vec<Option<ModuleTrial>>,
}

impl ModuleResults {
    /// Whether there is nothing to look into.
    pub(crate) fn agreed(&self) -> bool {
        self.gave.iter().all(|gave| gave.is_some_and(|gave| Some(gave.digest) == self.gave[0].map(|gave| gave.digest)))
    }

    /// How many calls were made of it, and how many of those were to end in an early exit; nothing where no module came of
    /// its number.
    pub(crate) fn calls(&self) -> Option<[u32; 2]> {
        let none = self.gave.iter().any(|gave| gave.is_some_and(|gave| gave.digest.is_none()));
        (!none).then(|| self.gave.iter().flatten().map(|gave| gave.calls).max().unwrap_or_default())
    }

    pub(crate) fn dna(&self, seed: u64) -> ModuleSeed {
        ModuleSeed::new(seed, self.number)
    }
}

impl<'a> FuzzWorker<'a> {
    pub(crate) fn new(launcher: &'a Launcher, trials: &'a FuzzConfig) -> Self {
        Self { launcher, trials, workers: trials.specs.iter().map(|_| None).collect() }
    }

    /// The worker of a subject, if need be a new one. Whoever still trusts it afterwards puts it back.
    fn worker(&mut self, subject: usize) -> Result<Worker> {
        match self.workers[subject].take() {
            Some(worker) => Ok(worker),
            None => Ok(self.launcher.launch(&self.trials.specs[subject])?.0),
        }
    }

    /// Tries modules on each subject.
    pub(crate) fn attempt(&mut self, numbers: Range<u64>) -> Result<Vec<ModuleResults>> {
        let mut rounds: Vec<_> = numbers.clone().map(|number| ModuleResults { number, gave: vec![] }).collect();
        for subject in 0..self.trials.specs.len() {
            let (mut gave, mut slow) = (Vec::new(), false);
            while (gave.len() as u64) < numbers.end - numbers.start {
                let from = numbers.start + gave.len() as u64;
                slow = self.go_on(subject, from..if slow { from + 1 } else { numbers.end }, &mut gave)?;
            }
            rounds.iter_mut().zip(gave).for_each(|(round, gave)| round.gave.push(gave));
        }
        Ok(rounds)
    }

    /// Tries modules on one subject until they are done or the worker is gone. Whether several took too long together: the
    /// machine may be busy, so the next is then to be tried by itself.
    fn go_on(&mut self, subject: usize, numbers: Range<u64>, gave: &mut Vec<Option<ModuleTrial>>) -> Result<bool> {
        let mut worker = self.worker(subject)?;
        let ask = Request::Try { seed: self.trials.seed, numbers: numbers.clone(), menu: self.trials.menu.clone() };
        let mut heard = Vec::new();
        let answer = worker.ask(&ask, &LIMITS, |line| heard.extend(serde_json::from_str::<ModuleTrial>(line).ok()));
        // One after the other, each once: anything else is none of this question's.
        let in_order = heard.into_iter().zip(numbers.clone()).take_while(|(trial, number)| trial.number == *number);
        let told: Vec<_> = in_order.map(|(trial, _)| Some(trial)).collect();
        let (all, some) = (told.len() as u64 == numbers.end - numbers.start, !told.is_empty());
        gave.extend(told);
        match answer {
            Ok(Response::Tried { next }) if all && next == numbers.end => self.workers[subject] = Some(worker),
            // It panicked over the last one.
            Ok(Response::Tried { .. }) if some => {}
            Err(WorkerError::Interrupted) => bail!(WorkerError::Interrupted),
            Err(WorkerError::TimedOut(_)) if !all && numbers.end - numbers.start > 1 => return Ok(true),
            // It was lost over the one after those that it told of.
            _ if !all => gave.push(None),
            _ => {}
        }
        Ok(false)
    }

    /// Where the subjects come apart over a module, each in a worker that has done nothing else, as in a run of its own.
    pub(crate) fn examine(&mut self, dna: &ModuleSeed) -> Result<Mismatch> {
        self.workers.iter_mut().for_each(|worker| *worker = None);
        let once = oracle::ObservedModule::NOT_AGAIN;
        Ok(self.look_at(dna)?.unwrap_or_else(|| once(dna, self.trials.specs.len())))
    }

    /// Where the subjects come apart over a module, if they do.
    pub(crate) fn look_at(&mut self, dna: &ModuleSeed) -> Result<Option<Mismatch>> {
        let examined: Vec<_> =
            (0..self.trials.specs.len()).map(|subject| self.look(subject, dna)).collect::<Result<_>>()?;
        Ok(oracle::apart(dna, &examined))
    }

    fn look(&mut self, subject: usize, dna: &ModuleSeed) -> Result<ObservedModule> {
        let mut worker = self.worker(subject)?;
        let mut last = Action::Compile;
        let ask = Request::Examine { dna: dna.clone(), menu: self.trials.menu.clone() };
        let answer = worker.ask(&ask, &LIMITS, |line| {
            if let Ok(doing) = serde_json::from_str(line) {
                last = doing;
            }
        });
        match answer {
            Ok(Response::Examined { seen }) => {
                if !crate::fuzz::observation::has_panicked(&seen) {
                    self.workers[subject] = Some(worker);
                }
                Ok(ObservedModule { seen, lost: None })
            }
            Ok(Response::Unable { .. }) => {
                self.workers[subject] = Some(worker);
                Ok(ObservedModule { seen: vec![], lost: None })
            }
            Ok(other) => Err(anyhow!("the worker answered another question: {other:?}")),
            Err(WorkerError::Interrupted) => bail!(WorkerError::Interrupted),
            Err(lost) => Ok(ObservedModule { seen: vec![], lost: Some((last, told(&lost))) }),
        }
    }
}

/// How a worker was lost, in few words and in its own.
fn told(lost: &WorkerError) -> (String, String) {
    let few = match lost {
        WorkerError::Crashed(how) => format!("crashed: {}", how.split(';').next().unwrap_or_default()),
        WorkerError::TimedOut(_) => "did not come back".into(),
        WorkerError::OverMemory { .. } => "held too much memory".into(),
        WorkerError::Interrupted => lost.to_string(),
        WorkerError::Garbled(_) => "said what is no answer".into(),
    };
    (few, lost.to_string())
}
