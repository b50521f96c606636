use std::sync::Arc;

use anyhow::Result;
use wasmer::{Function, FunctionEnv, FunctionEnvMut, Instance, RuntimeError, Store, TypedFunction, imports};

use super::stage::instantiate;
use crate::engine::wasmer::Wasmer;
use crate::guest;

/// A host that calls a guest that calls the host, and so on down, all in one store.
pub(super) struct Tower {
    store: Store,
    instance: Instance,
    level: TypedFunction<u32, u32>,
}

/// Calls the guest below. At the bottom there is none, and this returns 0.
pub(super) type EnterGuest<'a> = dyn FnMut() -> Result<u32, RuntimeError> + 'a;

/// What the host function does at a level, counted from 0 at the bottom.
type Pass = dyn Fn(u32, &mut EnterGuest) -> Result<u32, RuntimeError> + Send + Sync;

/// What the host function finds in its environment.
struct Below {
    /// The guest's function. Known only once the guest is instantiated, for which the host function is needed.
    level: Option<TypedFunction<u32, u32>>,
    pass: Arc<Pass>,
}

impl Tower {
    pub(super) fn build(
        wasmer: &Wasmer,
        pass: impl Fn(u32, &mut EnterGuest) -> Result<u32, RuntimeError> + Send + Sync + 'static,
    ) -> Result<Self> {
        let pass: Arc<Pass> = Arc::new(pass);
        let mut environment = None;
        let (mut store, instance) = instantiate(wasmer, &guest::wasm(guest::LEVELS), |store| {
            let env = environment.insert(FunctionEnv::new(store, Below { level: None, pass }));
            imports! { "env" => { "down" => Function::new_typed_with_env(store, env, down) } }
        })?;
        let level: TypedFunction<u32, u32> = instance.exports.get_typed_function(&store, "level")?;
        if let Some(env) = environment {
            env.as_mut(&mut store).level = Some(level.clone());
        }
        Ok(Self { store, instance, level })
    }

    /// Calls the guest at the top; so many levels are below it.
    pub(super) fn enter(&mut self, levels: u32) -> Result<u32, RuntimeError> {
        self.level.call(&mut self.store, levels)
    }

    /// How often a guest was entered, and how often it was left by returning.
    pub(super) fn entered_and_left(&mut self) -> Result<(i32, i32)> {
        let entered = self.instance.exports.get_global("entered")?.get(&mut self.store).unwrap_i32();
        let left = self.instance.exports.get_global("left")?.get(&mut self.store).unwrap_i32();
        Ok((entered, left))
    }
}

/// The host function. It keeps nothing of its environment borrowed while a guest below it may call it again.
fn down(mut env: FunctionEnvMut<Below>, level: u32) -> Result<u32, RuntimeError> {
    let Below { level: guest, pass } = env.data();
    let (guest, pass) = (guest.clone(), pass.clone());
    pass(level, &mut || match (&guest, level) {
        (None, _) | (_, 0) => Ok(0),
        (Some(guest), _) => guest.call(&mut env, level - 1),
    })
}
