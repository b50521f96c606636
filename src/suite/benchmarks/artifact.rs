//! Serialization and deserialization of compiled modules.
use std::sync::Arc;

use anyhow::Result;

use super::api::{deserialize, headless_runtime, serialize};
use super::cold::to_exit;
use super::{BenchmarkTable, Do, Engine, generated, guest};
use crate::catalog::benchmark::{artifact, cold};
use crate::engine::embedding::{Prepared, timed};

pub(crate) const BENCHMARKS: BenchmarkTable<Engine> = &[
    (&artifact::SERIALIZE, Do(serialized)),
    (&artifact::DESERIALIZE, Do(deserialized)),
    (&cold::ARTIFACT_TO_EXIT, Do(|engine, _| artifact_to_exit(engine))),
];

fn serialized(engine: &Engine, functions: u64) -> Result<Prepared> {
    let guest = engine.cached_module(&generated::of_size(functions)?)?;
    let must = serialize(&guest.1)?.len();
    Ok(Prepared::laps(move || {
        let (took, artifact) = timed(|| serialize(&guest.1));
        let ended = match artifact {
            Ok(bytes) if bytes.len() == must => Ok(()),
            Ok(bytes) => Err(format!("{} bytes, where {must} came before", bytes.len())),
            Err(error) => Err(error.to_string()),
        };
        (took, ended)
    })
    .with_metrics([("artifact bytes", must as f64)]))
}

fn deserialized(engine: &Engine, functions: u64) -> Result<Prepared> {
    let artifact = serialize(&engine.cached_module(&generated::of_size(functions)?)?.1)?;
    let bytes = artifact.len() as f64;
    let engine = engine.clone();
    Ok(Prepared::laps(move || {
        let (runtime, artifact) = (engine.runtime(), artifact.clone());
        let (took, module) = timed(|| deserialize(&runtime, artifact));
        (took, module.map(drop).map_err(|error| error.to_string()))
    })
    .with_metrics([("artifact bytes", bytes)]))
}

fn artifact_to_exit(engine: &Engine) -> Result<Prepared> {
    let artifact = serialize(&engine.cached_module(guest::EARLY_EXIT)?.1)?;
    // Reports missing support before the first iteration.
    headless_runtime(engine)?;
    let engine = engine.clone();
    Ok(Prepared::laps(move || {
        let artifact = artifact.clone();
        to_exit(|| {
            let runtime = headless_runtime(&engine)?;
            let module = deserialize(&runtime, artifact)?;
            Ok(Arc::new((runtime, module)))
        })
    }))
}
