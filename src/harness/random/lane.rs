use std::ops::Range;
use std::time::Duration;

use anyhow::{Result, anyhow};

use super::Trials;
use super::judge::{self, Examined};
use crate::harness::protocol::{Answer, Ask, Trial};
use crate::harness::supervisor::{Launcher, Limits, Lost, Worker};
use crate::module::random::{Dna, Doing};
use crate::record::Apart;

/// How long a question may take. Fuel ends every guest; compilers have none.
const LIMITS: Limits = Limits { time: Duration::from_secs(120), memory: Limits::MEMORY };

/// A worker a subject, asked in turn.
pub(super) struct Lane<'a> {
    launcher: &'a Launcher,
    pub(super) trials: &'a Trials,
    workers: Vec<Option<Worker>>,
}

/// What one module gave on each subject: nothing where the worker was lost over it.
pub(super) struct Round {
    number: u64,
    gave: Vec<Option<Trial>>,
}

impl Round {
    /// Whether there is nothing to look into.
    pub(super) fn agreed(&self) -> bool {
        self.gave.iter().all(|gave| gave.is_some_and(|gave| Some(gave.digest) == self.gave[0].map(|gave| gave.digest)))
    }

    /// How many calls were made of it, and how many of those were to end in an early exit; nothing where no module came of
    /// its number.
    pub(super) fn calls(&self) -> Option<[u32; 2]> {
        let none = self.gave.iter().any(|gave| gave.is_some_and(|gave| gave.digest.is_none()));
        (!none).then(|| self.gave.iter().flatten().map(|gave| gave.calls).max().unwrap_or_default())
    }

    pub(super) fn dna(&self, seed: u64) -> Dna {
        Dna::new(seed, self.number)
    }
}

impl<'a> Lane<'a> {
    pub(super) fn new(launcher: &'a Launcher, trials: &'a Trials) -> Self {
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
    pub(super) fn attempt(&mut self, numbers: Range<u64>) -> Result<Vec<Round>> {
        let mut rounds: Vec<_> = numbers.clone().map(|number| Round { number, gave: vec![] }).collect();
        for subject in 0..self.trials.specs.len() {
            let mut gave: Vec<Option<Trial>> = Vec::new();
            while (gave.len() as u64) < numbers.end - numbers.start {
                let from = numbers.start + gave.len() as u64;
                self.go_on(subject, from..numbers.end, &mut gave)?;
            }
            rounds.iter_mut().zip(gave).for_each(|(round, gave)| round.gave.push(gave));
        }
        Ok(rounds)
    }

    /// Tries modules on one subject until they are done or the worker is gone.
    fn go_on(&mut self, subject: usize, numbers: Range<u64>, gave: &mut Vec<Option<Trial>>) -> Result<()> {
        let mut worker = self.worker(subject)?;
        let ask = Ask::Try { seed: self.trials.seed, numbers: numbers.clone(), menu: self.trials.menu.clone() };
        let mut heard = Vec::new();
        let answer = worker.ask(&ask, &LIMITS, |line| heard.extend(serde_json::from_str::<Trial>(line).ok()));
        // One after the other, each once: anything else is none of this question's.
        let in_order = heard.into_iter().zip(numbers.clone()).take_while(|(trial, number)| trial.number == *number);
        let told: Vec<_> = in_order.map(|(trial, _)| Some(trial)).collect();
        let (all, some) = (told.len() as u64 == numbers.end - numbers.start, !told.is_empty());
        gave.extend(told);
        match answer {
            Ok(Answer::Tried { next }) if all && next == numbers.end => self.workers[subject] = Some(worker),
            // It panicked over the last one.
            Ok(Answer::Tried { .. }) if some => {}
            // It was lost over the one after those that it told of.
            _ if !all => gave.push(None),
            _ => {}
        }
        Ok(())
    }

    /// Where the subjects come apart over a module, each in a worker that has done nothing else, as in a run of its own.
    pub(super) fn examine(&mut self, dna: &Dna) -> Result<Apart> {
        self.workers.iter_mut().for_each(|worker| *worker = None);
        let once = judge::Examined::NOT_AGAIN;
        Ok(self.look_at(dna)?.unwrap_or_else(|| once(dna, self.trials.specs.len())))
    }

    /// Where the subjects come apart over a module, if they do.
    pub(super) fn look_at(&mut self, dna: &Dna) -> Result<Option<Apart>> {
        let examined: Vec<_> =
            (0..self.trials.specs.len()).map(|subject| self.look(subject, dna)).collect::<Result<_>>()?;
        Ok(judge::apart(dna, &examined))
    }

    fn look(&mut self, subject: usize, dna: &Dna) -> Result<Examined> {
        let mut worker = self.worker(subject)?;
        let mut last = Doing::Compile;
        let ask = Ask::Examine { dna: dna.clone(), menu: self.trials.menu.clone() };
        let answer = worker.ask(&ask, &LIMITS, |line| {
            if let Ok(doing) = serde_json::from_str(line) {
                last = doing;
            }
        });
        match answer {
            Ok(Answer::Examined { seen }) => {
                if !crate::module::random::has_panicked(&seen) {
                    self.workers[subject] = Some(worker);
                }
                Ok(Examined { seen, lost: None })
            }
            Ok(Answer::Unable { .. }) => {
                self.workers[subject] = Some(worker);
                Ok(Examined { seen: vec![], lost: None })
            }
            Ok(other) => Err(anyhow!("the worker answered another question: {other:?}")),
            Err(lost) => Ok(Examined { seen: vec![], lost: Some((last, told(&lost))) }),
        }
    }
}

/// How a worker was lost, in few words and in its own.
fn told(lost: &Lost) -> (String, String) {
    let few = match lost {
        Lost::Crashed(how) => format!("crashed: {}", how.split(';').next().unwrap_or_default()),
        Lost::TimedOut(_) => "did not come back".into(),
        Lost::OverMemory { .. } => "held too much memory".into(),
        Lost::Garbled(_) => "said what is no answer".into(),
    };
    (few, lost.to_string())
}
