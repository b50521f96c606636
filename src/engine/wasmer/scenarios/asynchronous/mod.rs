//! Scenarios of exits from async host functions, with Wasmer's experimental async calls.
mod executor;
mod suspended;

use anyhow::{Context, Result, bail};
use wasmer::{
    AsStoreAsync, AsyncFunctionEnvMut, Function, FunctionEnv, FunctionType, Global, Instance, Module, RuntimeError,
    Store, StoreAsync, Type, TypedFunction, Value, imports,
};

use self::executor::{block_on, wait};
use crate::catalog::scenario::asynchronous;
use crate::catalog::scenario::exit::{CODES, LET_PASS};
use crate::engine::ScenarioTable;
use crate::engine::Support::Do;
use crate::engine::embedding::Transcript;
use crate::engine::wasmer::Wasmer;
use crate::engine::wasmer::suite::scenarios::exit::decide;
use crate::exit_code::ExitCode;
use crate::{guest, say};

pub(super) const SCENARIOS: ScenarioTable<Wasmer> = &[
    (&asynchronous::TYPED, Do(|wasmer, out| play(wasmer, out, typed))),
    (&asynchronous::TYPED_ENV, Do(|wasmer, out| play(wasmer, out, typed_env))),
    (&asynchronous::DYNAMIC, Do(|wasmer, out| play(wasmer, out, dynamic))),
    (&asynchronous::DYNAMIC_ENV, Do(|wasmer, out| play(wasmer, out, dynamic_env))),
    (&asynchronous::PLAIN, Do(|wasmer, out| play(wasmer, out, plain))),
    (&asynchronous::CALLED_PLAINLY, Do(suspended::called_plainly)),
    (&asynchronous::IN_TURN, Do(suspended::in_turn)),
    (&asynchronous::DROPPED, Do(suspended::dropped)),
];

/// A guest in a store for async calls.
struct Caller {
    store: StoreAsync,
    instance: Instance,
    went_on: Global,
}

impl Caller {
    fn new(wasmer: &Wasmer, early_exit: impl FnOnce(&mut Store) -> Function) -> Result<Self> {
        let mut store = Store::new(wasmer.runtime());
        let module = Module::new(&store, guest::wasm(guest::WAYS_TO_CALL))?;
        let imports = imports! { "env" => { "early_exit" => early_exit(&mut store) } };
        let instance = Instance::new(&mut store, &module, &imports)?;
        let went_on = instance.exports.get_global("went_on")?.clone();
        Ok(Self { store: store.into_async(), instance, went_on })
    }

    /// An export as a typed function.
    fn function(&self, export: &str) -> Result<TypedFunction<u32, u32>> {
        Ok(self.instance.exports.get_typed_function(&self.store.read(), export)?)
    }

    fn times_it_went_on(&self) -> Result<i32> {
        let (mut store, _) = block_on(self.store.write_lock());
        self.went_on.get(&mut store).i32().context("a count")
    }
}

fn play(wasmer: &Wasmer, out: &Transcript, way: fn(&mut Store) -> Function) -> Result<()> {
    let caller = Caller::new(wasmer, way)?;
    for export in ["direct", "indirect"] {
        let call = caller.function(export)?;
        let (mut observed, mut all_polls) = (Vec::new(), 0);
        for code in CODES {
            let (result, polls) = block_on(call.call_async(&caller.store, code));
            match result {
                Ok(sum) => bail!("asked for {code}, but the guest returned {sum}"),
                Err(error) => observed.push(error.downcast::<ExitCode>()?.to_string()),
            }
            all_polls += polls;
        }
        say!(out, "{export}: {}; polls: {all_polls}", observed.join(", "));
        say!(out, "times that the guest went on: {}", caller.times_it_went_on()?);
        let (sum, polls) = block_on(call.call_async(&caller.store, LET_PASS));
        say!(out, "let pass, it returns {}; polls: {polls}", sum?);
    }
    Ok(())
}

/// As [`decide`], for dynamic host functions.
fn decide_value(code: u32, let_pass: u32) -> Result<Vec<Value>, RuntimeError> {
    let code = decide(code, let_pass).map_err(|code| RuntimeError::user(Box::new(code)))?;
    Ok(vec![Value::I32(code as i32)])
}

fn signature() -> FunctionType {
    FunctionType::new([Type::I32], [Type::I32])
}

fn typed(store: &mut Store) -> Function {
    Function::new_typed_async(store, async |code: u32| {
        wait().await;
        decide(code, LET_PASS)
    })
}

fn typed_env(store: &mut Store) -> Function {
    let let_pass = FunctionEnv::new(store, LET_PASS);
    Function::new_typed_with_env_async(store, &let_pass, async |env: AsyncFunctionEnvMut<u32>, code: u32| {
        wait().await;
        decide(code, *env.read().await.data())
    })
}

fn dynamic(store: &mut Store) -> Function {
    Function::new_async(store, signature(), |arguments: &[Value]| {
        let code = arguments[0].unwrap_i32() as u32;
        async move {
            wait().await;
            decide_value(code, LET_PASS)
        }
    })
}

fn dynamic_env(store: &mut Store) -> Function {
    let let_pass = FunctionEnv::new(store, LET_PASS);
    let early_exit = |env: AsyncFunctionEnvMut<u32>, arguments: &[Value]| {
        let code = arguments[0].unwrap_i32() as u32;
        async move {
            wait().await;
            decide_value(code, *env.read().await.data())
        }
    };
    Function::new_with_env_async(store, &let_pass, signature(), early_exit)
}

fn plain(store: &mut Store) -> Function {
    Function::new_typed(store, |code: u32| decide(code, LET_PASS))
}
