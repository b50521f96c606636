//! Tests of the code in `docs/stopping-a-guest.md`: it compiles and stops a guest, and the page shows exactly this code.
use std::fs;

/// A guest that never returns.
#[cfg(any(feature = "wasmtime", feature = "wasmi", all(feature = "cranelift", unix)))]
const ENDLESS: &str = "(module (func (export \"run\") (loop $again (br $again))))";
/// A guest that never returns, and calls the host in each iteration.
#[cfg(all(feature = "cranelift", unix))]
const POLLING: &str =
    "(module (import \"env\" \"work\" (func $work)) (func (export \"run\") (loop $again (call $work) (br $again))))";
/// A guest that returns.
#[cfg(any(feature = "wasmtime", feature = "wasmi", all(feature = "cranelift", unix)))]
const SHORT: &str = "(module (func (export \"run\")))";
/// A guest that traps by itself, with the trap of a guest without points.
#[cfg(all(feature = "cranelift", unix))]
const UNREACHABLE: &str = "(module (func (export \"run\") unreachable))";

#[cfg(all(feature = "cranelift", unix))]
mod points {
    // page: points
    use std::sync::Arc;
    use wasmer::sys::{CompilerConfig, EngineBuilder};
    use wasmer::{Instance, Module, Store, imports};
    use wasmer_compiler_cranelift::Cranelift;
    use wasmer_middlewares::metering::{Metering, MeteringPoints, get_remaining_points};

    /// Whether the guest came to its end before its points did.
    pub(super) fn run(wasm: &[u8], points: u64) -> anyhow::Result<bool> {
        let mut compiler = Cranelift::default();
        // A `Metering` is for one module: it stores the indices of that module's points globals.
        compiler.push_middleware(Arc::new(Metering::new(points, |_| 1)));
        let mut store = Store::new(EngineBuilder::new(compiler));
        let module = Module::new(&store, wasm)?;
        let instance = Instance::new(&mut store, &module, &imports! {})?;
        let run = instance.exports.get_typed_function::<(), ()>(&store, "run")?;
        match run.call(&mut store) {
            Ok(()) => Ok(true),
            // The trap is `unreachable`, as of a guest that failed by itself. The points tell the two apart.
            Err(trap) => match get_remaining_points(&mut store, &instance) {
                MeteringPoints::Exhausted => Ok(false),
                MeteringPoints::Remaining(_) => Err(trap.into()),
            },
        }
    }
    // page: end

    #[test]
    fn points_stop_an_endless_guest_and_differ_from_its_own_trap() {
        let run = |text| run(&wat::parse_str(text).unwrap(), 100_000);
        assert!(!run(super::ENDLESS).unwrap());
        assert!(run(super::SHORT).unwrap());
        assert!(run(super::UNREACHABLE).is_err());
    }
}

#[cfg(all(feature = "cranelift", unix))]
mod deadline {
    // page: deadline
    use std::time::{Duration, Instant};
    use wasmer::sys::EngineBuilder;
    use wasmer::{Function, Instance, Module, Store, imports};
    use wasmer_compiler_cranelift::Cranelift;

    #[derive(Debug, thiserror::Error)]
    #[error("out of time")]
    struct OutOfTime;

    /// Whether the guest came to its end before its time did.
    pub(super) fn run(wasm: &[u8], time: Duration) -> anyhow::Result<bool> {
        let mut store = Store::new(EngineBuilder::new(Cranelift::default()));
        let module = Module::new(&store, wasm)?;
        let deadline = Instant::now() + time;
        let work = Function::new_typed(&mut store, move || -> Result<(), OutOfTime> {
            if Instant::now() >= deadline {
                return Err(OutOfTime);
            }
            Ok(())
        });
        let instance = Instance::new(&mut store, &module, &imports! { "env" => { "work" => work } })?;
        let run = instance.exports.get_typed_function::<(), ()>(&store, "run")?;
        match run.call(&mut store) {
            Ok(()) => Ok(true),
            Err(error) => match error.downcast::<OutOfTime>() {
                Ok(OutOfTime) => Ok(false),
                Err(trap) => Err(trap.into()),
            },
        }
    }
    // page: end

    #[test]
    fn a_deadline_stops_a_guest_that_calls_the_host() {
        assert!(!run(&wat::parse_str(super::POLLING).unwrap(), Duration::from_millis(5)).unwrap());
    }
}

#[cfg(feature = "wasmtime")]
mod fuel {
    // page: fuel
    use wasmtime::{Config, Engine, Instance, Module, Store, Trap};

    /// Whether the guest came to its end before its fuel did.
    pub(super) fn run(wasm: &[u8], fuel: u64) -> anyhow::Result<bool> {
        let engine = Engine::new(Config::new().consume_fuel(true))?;
        let module = Module::new(&engine, wasm)?;
        let mut store = Store::new(&engine, ());
        // Before the instance: a start function pays too, and a new store has no fuel at all.
        store.set_fuel(fuel)?;
        let instance = Instance::new(&mut store, &module, &[])?;
        let run = instance.get_typed_func::<(), ()>(&mut store, "run")?;
        match run.call(&mut store, ()) {
            Ok(()) => Ok(true),
            Err(error) if error.downcast_ref() == Some(&Trap::OutOfFuel) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }
    // page: end

    #[test]
    fn fuel_stops_an_endless_guest() {
        assert!(!run(&wat::parse_str(super::ENDLESS).unwrap(), 100_000).unwrap());
        assert!(run(&wat::parse_str(super::SHORT).unwrap(), 100_000).unwrap());
    }
}

#[cfg(feature = "wasmtime")]
mod epoch {
    // page: epoch
    use std::sync::mpsc;
    use std::thread;
    use std::time::Duration;
    use wasmtime::{Config, Engine, Instance, Module, Store, Trap};

    /// Whether the guest came to its end before its time did.
    pub(super) fn run(wasm: &[u8], time: Duration) -> anyhow::Result<bool> {
        let engine = Engine::new(Config::new().epoch_interruption(true))?;
        let module = Module::new(&engine, wasm)?;
        let mut store = Store::new(&engine, ());
        // 2, because the current epoch may end at once. A new store's deadline has passed already.
        store.set_epoch_deadline(2);
        let (over, is_over) = mpsc::channel::<()>();
        thread::scope(|scope| {
            // One such thread serves all stores of the engine.
            let ticking = engine.clone();
            scope.spawn(move || {
                while is_over.recv_timeout(time / 2) == Err(mpsc::RecvTimeoutError::Timeout) {
                    ticking.increment_epoch();
                }
            });
            let instance = Instance::new(&mut store, &module, &[])?;
            let run = instance.get_typed_func::<(), ()>(&mut store, "run")?;
            let ended = run.call(&mut store, ());
            drop(over);
            match ended {
                Ok(()) => Ok(true),
                Err(error) if error.downcast_ref() == Some(&Trap::Interrupt) => Ok(false),
                Err(error) => Err(error.into()),
            }
        })
    }
    // page: end

    #[test]
    fn an_epoch_stops_an_endless_guest() {
        assert!(!run(&wat::parse_str(super::ENDLESS).unwrap(), Duration::from_millis(10)).unwrap());
    }
}

#[cfg(feature = "wasmi")]
mod wasmi_fuel {
    // page: wasmi
    use wasmi::{Config, Engine, Instance, Module, Store, TrapCode};

    /// Whether the guest came to its end before its fuel did.
    pub(super) fn run(wasm: &[u8], fuel: u64) -> anyhow::Result<bool> {
        let engine = Engine::new(Config::default().consume_fuel(true));
        let module = Module::new(&engine, wasm)?;
        let mut store = Store::new(&engine, ());
        store.set_fuel(fuel)?;
        let instance = Instance::new(&mut store, &module, &[])?;
        let run = instance.get_typed_func::<(), ()>(&store, "run")?;
        match run.call(&mut store, ()) {
            Ok(()) => Ok(true),
            Err(error) if error.as_trap_code() == Some(TrapCode::OutOfFuel) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }
    // page: end

    #[test]
    fn fuel_stops_an_endless_guest_of_the_interpreter() {
        assert!(!run(&wat::parse_str(super::ENDLESS).unwrap(), 100_000).unwrap());
        assert!(run(&wat::parse_str(super::SHORT).unwrap(), 100_000).unwrap());
    }
}

#[test]
fn the_page_shows_the_code_that_is_tested() {
    let root = env!("CARGO_MANIFEST_DIR");
    let page = fs::read_to_string(format!("{root}/docs/stopping-a-guest.md")).unwrap();
    let code = include_str!("stopping_page.rs");
    let (mut shown, marker) = (0, ["    //", " page: "].concat());
    for part in code.split(&marker).skip(1).filter(|part| !part.starts_with("end")) {
        let (name, snippet) = part.split_once('\n').unwrap();
        let plain: Vec<_> =
            snippet.lines().map(|line| line.strip_prefix("    ").unwrap_or(line).replace("pub(super) ", "")).collect();
        let block = format!("```rust\n{}\n```", plain.join("\n").trim_end());
        assert!(page.contains(&block), "the page does not have the code of `{name}`:\n{block}");
        shown += 1;
    }
    assert_eq!(shown, 5);
}
