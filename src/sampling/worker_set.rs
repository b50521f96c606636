//! The workers of one launch: one per variant.
use std::panic::resume_unwind;
use std::thread::ScopedJoinHandle;
use std::time::Duration;

use anyhow::{Context, Result};

use super::variant::ExperimentVariant;
use crate::catalog::benchmark::CellId;
use crate::sampling::batch::{Batch, BatchSpec};
use crate::sampling::cell::{self, BenchCell, Failure};
use crate::worker::code_alignment::CodePage;
use crate::worker::cpu_affinity::{AffinityGuard, idlest_cpu};
use crate::worker::{Hello, Limits, Worker};

/// The workers of one launch: one per variant, replaced when lost.
pub(crate) struct WorkerSet<'a> {
    variants: &'a [ExperimentVariant],
    workers: Vec<Worker>,
    /// The code page of all workers.
    page: Option<CodePage>,
    /// The processor of all cells of a launch, because they are compared.
    processor: Option<usize>,
    /// Pins this thread to the same processor between batches.
    here: Option<AffinityGuard>,
}

impl<'a> WorkerSet<'a> {
    /// Launches a worker per variant: the first alone, then the others in parallel with the code page of the first. Sequential
    /// launches take long on a busy machine.
    pub(crate) fn launch(variants: &'a [ExperimentVariant]) -> Result<(Self, Vec<Hello>)> {
        let processor = idlest_cpu();
        let launch = |variant: &ExperimentVariant, like| variant.launcher.launch_like(&variant.spec, like);
        let (first, others) = variants.split_first().context("there are no variants")?;
        let first = launch(first, None)?;
        let page = CodePage::of(first.0.pid());
        let others = std::thread::scope(|scope| {
            let starting: Vec<_> = others.iter().map(|variant| scope.spawn(move || launch(variant, page))).collect();
            let finish = |starting: ScopedJoinHandle<_>| starting.join().unwrap_or_else(|panic| resume_unwind(panic));
            starting.into_iter().map(finish).collect::<Result<Vec<_>>>()
        })?;
        let launched = std::iter::once(first).chain(others);
        let (workers, hellos) = launched.map(|(worker, hello)| (worker.read_by(processor), hello)).unzip();
        Ok((Self { variants, workers, page, processor, here: None }, hellos))
    }

    /// Replaces a variant's worker by a fresh one.
    pub(crate) fn renew(&mut self, index: usize) -> Result<()> {
        // New workers must not inherit the affinity.
        self.here = None;
        let ExperimentVariant { launcher, spec, .. } = &self.variants[index];
        self.workers[index] = launcher.launch_like(spec, self.page)?.0.read_by(self.processor);
        Ok(())
    }

    pub(crate) fn prepare(&mut self, index: usize, cell_id: &CellId, within: Duration) -> Result<BenchCell, Failure> {
        let processor = self.processor;
        self.with_worker(index, |worker| cell::prepare(worker, cell_id, processor, &Limits::of(within)))
    }

    pub(crate) fn sample(
        &mut self,
        index: usize,
        cell: &BenchCell,
        batch: BatchSpec,
        within: Duration,
    ) -> Result<Batch, Failure> {
        self.with_worker(index, |worker| cell.sample(worker, batch, within))
    }

    pub(crate) fn release(&mut self, index: usize, cell: BenchCell) -> Result<(), Failure> {
        self.with_worker(index, |worker| cell.release(worker, Duration::from_secs(30)))
    }

    /// Makes a request from the processor of the cells. Replaces a lost worker at once, because the variant's other cells
    /// continue.
    fn with_worker<T>(
        &mut self,
        index: usize,
        request: impl FnOnce(&mut Worker) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        self.here.get_or_insert_with(|| AffinityGuard::with(self.processor));
        let result = request(&mut self.workers[index]);
        if let Err(Failure::Lost(_)) = &result
            && let Err(error) = self.renew(index)
        {
            return Err(Failure::Failed(format!("the worker was lost and could not be replaced: {error:#}")));
        }
        result
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;
    use crate::engine::{BackendInfo, BackendSpec};
    use crate::results::Build;
    use crate::worker::Launcher;
    use crate::worker::cpu_affinity::cpus;
    use crate::worker::protocol::{PROTOCOL, Response};

    /// Workers that respond to every request as if they prepared a cell.
    fn preparing_workers(folder: &std::path::Path) -> Launcher {
        let hello = Hello { protocol: PROTOCOL, build: Build::this(), backend_info: BackendInfo::default() };
        let program = folder.join("worker");
        let prepared = Response::Prepared { cell: 0, metrics: Vec::new() };
        let [hello, prepared] = [serde_json::to_string(&hello), serde_json::to_string(&prepared)].map(Result::unwrap);
        let script = format!("#!/bin/sh\necho '{hello}'\nwhile read -r ask; do echo '{prepared}'; done\n");
        std::fs::write(&program, script).unwrap();
        std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
        Launcher::new(program)
    }

    #[test]
    fn all_workers_of_a_launch_have_the_same_code_page() {
        let folder = tempfile::tempdir().unwrap();
        let launcher = preparing_workers(folder.path());
        let variants = ["one", "two", "three"].map(|spec| ExperimentVariant::new(&BackendSpec::new(spec), &launcher));
        for _ in 0..4 {
            let (mut workers, hellos) = WorkerSet::launch(&variants).unwrap();
            assert_eq!(hellos.len(), 3);
            workers.renew(1).unwrap();
            let pages: Vec<_> = workers.workers.iter().map(|worker| CodePage::of(worker.pid())).collect();
            assert!(workers.page.is_some());
            assert_eq!(pages, [workers.page; 3]);
        }
    }

    #[test]
    fn only_the_launching_thread_is_pinned_between_batches() {
        let folder = tempfile::tempdir().unwrap();
        let variants = [ExperimentVariant::new(&BackendSpec::new("one"), &preparing_workers(folder.path()))];
        let cell_id = CellId { benchmark: "call/typed".into(), at: None, host_frames: 1 };
        // On a separate thread, because other tests start threads.
        let gone = std::thread::spawn(move || {
            let (before, (mut workers, _)) = (cpus(), WorkerSet::launch(&variants).unwrap());
            assert_eq!(cpus(), before);
            workers.prepare(0, &cell_id, Duration::from_secs(60)).unwrap();
            assert_eq!(Some(&cpus()[..]), workers.processor.as_ref().map(std::slice::from_ref));
            workers.renew(0).unwrap();
            assert_eq!(cpus(), before);
        });
        gone.join().unwrap();
    }
}
