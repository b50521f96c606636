//! Interrupts: an experiment of Wasmer's, which changes what every call costs, so it needs a feature.
use crate::catalog::benchmark::unwind;
use crate::engine::BenchmarkTable;
use crate::engine::Support;
use crate::engine::wasmer::Wasmer;

#[cfg(not(feature = "host-interrupt"))]
pub(super) const BENCHMARKS: BenchmarkTable<Wasmer> =
    &[(&unwind::INTERRUPT, Support::Not("built without interrupts; build with `--features host-interrupt`"))];

#[cfg(feature = "host-interrupt")]
pub(super) const BENCHMARKS: BenchmarkTable<Wasmer> =
    &[(&unwind::INTERRUPT, Support::Do(|wasmer, _| request::interrupt(wasmer)))];

#[cfg(feature = "host-interrupt")]
mod request {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
    use std::sync::mpsc::{self, RecvTimeoutError};
    use std::thread;
    use std::time::{Duration, Instant};

    use anyhow::Result;
    use wasmer::Interrupter;
    use wasmer::sys::vm::TrapCode;

    use crate::engine::embedding::Prepared;
    use crate::engine::wasmer::Wasmer;
    use crate::engine::wasmer::api::{TypedFunc, imports, wrap};
    use crate::engine::wasmer::suite::benchmarks::guest_instance::{GuestInstance, tell};
    use crate::guest;

    /// How long a guest has been running before it is interrupted: it is in its loop then.
    const INTO_THE_LOOP: Duration = Duration::from_micros(100);
    /// A request that was not answered by then is lost, and another is made.
    const LOST: Duration = Duration::from_millis(20);

    pub(super) fn interrupt(wasmer: &Wasmer) -> Result<Prepared> {
        let running = Arc::new(AtomicBool::new(false));
        let mut ready = GuestInstance::new(&wasmer.cached_module(guest::ENDLESS)?, (), |store| {
            let running = running.clone();
            let note = move || running.store(true, SeqCst);
            imports! { "env" => { "running" => wrap(store, note) } }
        })?;
        let count: TypedFunc<i32, ()> = ready.function("count")?;
        let asker = AskingThread::on_a_thread(ready.store.interrupter(), running);
        Ok(Prepared::laps(move || {
            let watching = asker.watch.send(());
            let result = match watching {
                Ok(()) => count.call(&mut ready.store, 0),
                Err(_) => return (Duration::ZERO, Err("nobody is there to interrupt the guest".into())),
            };
            let arrived = Instant::now();
            let asked = asker.over.send(()).ok().and_then(|()| asker.asked.recv().ok());
            let ended = match result.map_err(|error| (error.clone().to_trap(), error)) {
                Err((Some(TrapCode::HostInterrupt), _)) => Ok(()),
                other => Err(tell(other.map_err(|(_, error)| error))),
            };
            match asked.map(|asked| arrived.checked_duration_since(asked)) {
                Some(Some(took)) => (took, ended),
                Some(None) => (Duration::ZERO, Err("an interrupt from before came late".into())),
                None => (Duration::ZERO, Err("nobody interrupted the guest".into())),
            }
        }))
    }

    /// A thread that interrupts a guest as often as it is told to watch it. It ends with this.
    struct AskingThread {
        watch: mpsc::Sender<()>,
        over: mpsc::Sender<()>,
        /// When the request was made that the guest answered.
        asked: mpsc::Receiver<Instant>,
    }

    impl AskingThread {
        fn on_a_thread(interrupter: Interrupter, running: Arc<AtomicBool>) -> Self {
            let (watch, to_watch) = mpsc::channel();
            let (over, is_over) = mpsc::channel();
            let (answered, asked) = mpsc::channel();
            thread::spawn(move || {
                for () in to_watch {
                    while !running.swap(false, SeqCst) {
                        thread::yield_now();
                    }
                    thread::sleep(INTO_THE_LOOP);
                    let last = loop {
                        let asked = Instant::now();
                        interrupter.interrupt();
                        match is_over.recv_timeout(LOST) {
                            Ok(()) => break asked,
                            Err(RecvTimeoutError::Timeout) => (),
                            Err(RecvTimeoutError::Disconnected) => return,
                        }
                    };
                    if answered.send(last).is_err() {
                        return;
                    }
                }
            });
            Self { watch, over, asked }
        }
    }
}
