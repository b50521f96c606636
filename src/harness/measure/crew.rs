use std::time::Duration;

use anyhow::Result;

use super::Entrant;
use crate::benchmark::Address;
use crate::harness::placement::CodePage;
use crate::harness::processor::{self, Stay};
use crate::harness::sampling::{self, Batch, Cell, Draw, Failure};
use crate::harness::{Hello, Worker};

/// The workers of one launch: one a subject, replaced when lost.
pub(super) struct Crew<'a> {
    entrants: &'a [Entrant],
    workers: Vec<Worker>,
    /// Where the code of the first of them lies: that of all of them does.
    page: Option<CodePage>,
    /// Where their cells are held to: all of a launch to the same one, since they are set against each other.
    processor: Option<usize>,
    /// Between batches this thread is there as well.
    here: Option<Stay>,
}

impl<'a> Crew<'a> {
    /// Launches a worker for each entrant.
    pub(super) fn launch(entrants: &'a [Entrant]) -> Result<(Self, Vec<Hello>)> {
        let mut crew = Self { entrants, workers: Vec::new(), page: None, processor: processor::quietest(), here: None };
        let mut hellos = Vec::new();
        for entrant in entrants {
            let (worker, hello) = entrant.launch(crew.page)?;
            crew.page = crew.page.or_else(|| CodePage::of(worker.pid()));
            crew.workers.push(worker.read_by(crew.processor));
            hellos.push(hello);
        }
        Ok((crew, hellos))
    }

    /// Who takes part.
    pub(super) fn entrants(&self) -> &'a [Entrant] {
        self.entrants
    }

    /// A fresh worker in place of the one that a subject had.
    pub(super) fn renew(&mut self, subject: usize) -> Result<()> {
        // What it starts may be anywhere.
        self.here = None;
        self.workers[subject] = self.entrants[subject].launch(self.page)?.0.read_by(self.processor);
        Ok(())
    }

    pub(super) fn prepare(&mut self, subject: usize, address: &Address, within: Duration) -> Result<Cell, Failure> {
        self.here.get_or_insert_with(|| Stay::with(self.processor));
        let prepared = sampling::prepare(&mut self.workers[subject], address, self.processor, within);
        self.mend(subject, prepared)
    }

    pub(super) fn sample(
        &mut self,
        subject: usize,
        cell: &Cell,
        batch: Draw,
        within: Duration,
    ) -> Result<Batch, Failure> {
        self.here.get_or_insert_with(|| Stay::with(self.processor));
        let sampled = cell.sample(&mut self.workers[subject], batch, within);
        self.mend(subject, sampled)
    }

    pub(super) fn release(&mut self, subject: usize, cell: Cell) -> Result<(), Failure> {
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
    use crate::backend::About;
    use crate::harness::Launcher;
    use crate::harness::protocol::{Answer, PROTOCOL};
    use crate::record::Build;

    /// Workers that greet, and answer everything as if it were about to prepare a cell.
    fn polite(folder: &std::path::Path) -> Launcher {
        let about = About {
            engine: String::new(),
            compiler: String::new(),
            llvm: None,
            wasm_features: Vec::new(),
            exit_made_of: Vec::new(),
        };
        let hello = Hello { protocol: PROTOCOL, build: Build::this(), about };
        let program = folder.join("worker");
        let prepared = Answer::Prepared { cell: 0, facts: Vec::new() };
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
        let entrants: Vec<_> = ["one", "two", "three"].iter().map(|spec| Entrant::new(spec, &launcher)).collect();
        for _ in 0..4 {
            let (mut crew, hellos) = Crew::launch(&entrants).unwrap();
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
        let entrants = [Entrant::new("one", &polite(folder.path()))];
        let address = Address { benchmark: "call/typed".into(), at: None, host_frames: 1 };
        // On a thread of its own: others of this process start theirs meanwhile.
        let gone = std::thread::scope(|scope| {
            let stays = || {
                let (before, (mut crew, _)) = (ids(), Crew::launch(&entrants).unwrap());
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
