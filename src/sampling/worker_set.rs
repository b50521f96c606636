//! The workers of one launch: one per variant.
use std::panic::resume_unwind;
use std::time::Duration;

use anyhow::{Context, Result};

use super::variant::ExperimentVariant;
use crate::catalog::benchmark::CellId;
use crate::sampling::cell;
use crate::sampling::cell::{Batch, BatchSpec, BenchCell, Failure};
use crate::sampling::code_alignment::CodePage;
use crate::sampling::cpu_affinity;
use crate::sampling::cpu_affinity::AffinityGuard;
use crate::worker::{Hello, Worker};

/// The workers of one launch: one a subject, replaced when lost.
pub(crate) struct WorkerSet<'a> {
    entrants: &'a [ExperimentVariant],
    workers: Vec<Worker>,
    /// Where the code of the first of them lies: that of all of them does.
    page: Option<CodePage>,
    /// Where their cells are held to: all of a launch to the same one, since they are set against each other.
    processor: Option<usize>,
    /// Between batches this thread is there as well.
    here: Option<AffinityGuard>,
}

impl<'a> WorkerSet<'a> {
    /// Launches a worker for each entrant: the first by itself, and the others at once, each where its code lies like that of the
    /// first. On a busy machine they would wait for their turn one after the other.
    pub(crate) fn launch(entrants: &'a [ExperimentVariant]) -> Result<(Self, Vec<Hello>)> {
        let mut crew =
            Self { entrants, workers: Vec::new(), page: None, processor: cpu_affinity::quietest(), here: None };
        let mut launched = Vec::with_capacity(entrants.len());
        let (first, others) = entrants.split_first().context("nobody takes part")?;
        launched.push(first.launch(None)?);
        let page = CodePage::of(launched[0].0.pid());
        let others: Vec<_> = std::thread::scope(|scope| {
            let starting: Vec<_> = others.iter().map(|entrant| scope.spawn(move || entrant.launch(page))).collect();
            starting.into_iter().map(|starting| starting.join().unwrap_or_else(|panic| resume_unwind(panic))).collect()
        });
        for other in others {
            launched.push(other?);
        }
        crew.page = page;
        let mut hellos = Vec::new();
        for (worker, hello) in launched {
            crew.workers.push(worker.read_by(crew.processor));
            hellos.push(hello);
        }
        Ok((crew, hellos))
    }

    /// A fresh worker in place of the one that a subject had.
    pub(crate) fn renew(&mut self, subject: usize) -> Result<()> {
        // What it starts may be anywhere.
        self.here = None;
        self.workers[subject] = self.entrants[subject].launch(self.page)?.0.read_by(self.processor);
        Ok(())
    }

    pub(crate) fn prepare(&mut self, subject: usize, address: &CellId, within: Duration) -> Result<BenchCell, Failure> {
        self.here.get_or_insert_with(|| AffinityGuard::with(self.processor));
        let prepared = cell::prepare(&mut self.workers[subject], address, self.processor, within);
        self.mend(subject, prepared)
    }

    pub(crate) fn sample(
        &mut self,
        subject: usize,
        cell: &BenchCell,
        batch: BatchSpec,
        within: Duration,
    ) -> Result<Batch, Failure> {
        self.here.get_or_insert_with(|| AffinityGuard::with(self.processor));
        let sampled = cell.sample(&mut self.workers[subject], batch, within);
        self.mend(subject, sampled)
    }

    pub(crate) fn release(&mut self, subject: usize, cell: BenchCell) -> Result<(), Failure> {
        let released = cell.release(&mut self.workers[subject], Duration::from_secs(30));
        self.mend(subject, released)
    }

    /// A worker that was lost is replaced at once: the other cells of its subject go on.
    fn mend<T>(&mut self, subject: usize, result: Result<T, Failure>) -> Result<T, Failure> {
        if let Err(Failure::Lost(_)) = &result
            && let Err(error) = self.renew(subject)
        {
            return Err(Failure::Failed(format!("its worker was lost, and no other could be had: {error:#}")));
        }
        result
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;
    use crate::engine::BackendInfo;
    use crate::results::Build;
    use crate::worker::Launcher;
    use crate::worker::protocol::{PROTOCOL, Response};

    /// Workers that greet, and answer everything as if it were about to prepare a cell.
    fn polite(folder: &std::path::Path) -> Launcher {
        let about = BackendInfo {
            engine: String::new(),
            compiler: String::new(),
            library: None,
            llvm: None,
            wasm_features: Vec::new(),
            exit_made_of: Vec::new(),
        };
        let hello = Hello { protocol: PROTOCOL, build: Build::this(), about };
        let program = folder.join("worker");
        let prepared = Response::Prepared { cell: 0, facts: Vec::new() };
        let [hello, prepared] = [serde_json::to_string(&hello), serde_json::to_string(&prepared)].map(Result::unwrap);
        let script = format!("#!/bin/sh\necho '{hello}'\nwhile read -r ask; do echo '{prepared}'; done\n");
        std::fs::write(&program, script).unwrap();
        std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
        Launcher::new(program)
    }

    #[test]
    fn all_workers_of_a_launch_have_their_code_at_like_pages() {
        let folder = tempfile::tempdir().unwrap();
        let launcher = polite(folder.path());
        let entrants: Vec<_> =
            ["one", "two", "three"].iter().map(|spec| ExperimentVariant::new(spec, &launcher)).collect();
        for _ in 0..4 {
            let (mut crew, hellos) = WorkerSet::launch(&entrants).unwrap();
            assert_eq!(hellos.len(), 3);
            crew.renew(1).unwrap();
            let pages: Vec<_> = crew.workers.iter().map(|worker| CodePage::of(worker.pid())).collect();
            assert!(crew.page.is_some());
            assert_eq!(pages, [crew.page; 3]);
        }
    }

    #[test]
    fn between_batches_it_is_where_the_cells_are_and_who_is_launched_may_be_anywhere() {
        let ids = || core_affinity::get_core_ids().unwrap().into_iter().map(|core| core.id).collect::<Vec<_>>();
        let folder = tempfile::tempdir().unwrap();
        let entrants = [ExperimentVariant::new("one", &polite(folder.path()))];
        let address = CellId { benchmark: "call/typed".into(), at: None, host_frames: 1 };
        // On a thread of its own: others of this process start theirs meanwhile.
        let gone = std::thread::scope(|scope| {
            let stays = || {
                let (before, (mut crew, _)) = (ids(), WorkerSet::launch(&entrants).unwrap());
                assert_eq!(ids(), before);
                crew.prepare(0, &address, Duration::from_secs(60)).unwrap();
                assert_eq!(Some(&ids()[..]), crew.processor.as_ref().map(std::slice::from_ref));
                crew.renew(0).unwrap();
                assert_eq!(ids(), before);
            };
            scope.spawn(stays).join()
        });
        gone.unwrap();
    }
}
