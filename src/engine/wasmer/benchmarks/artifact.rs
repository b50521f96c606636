//! Compiled modules, out of memory and back.

use anyhow::Result;
use wasmer::Module;

use super::Theme;
use super::compile::generated;
use crate::catalog::benchmark::artifact;
use crate::engine::Support::Do;
use crate::engine::embedding::{Instant, Prepared};
use crate::engine::wasmer::Wasmer;

pub(super) const CAN: Theme = &[(&artifact::SERIALIZE, Do(serialize)), (&artifact::DESERIALIZE, Do(deserialize))];

fn serialize(wasmer: &Wasmer, functions: u64) -> Result<Prepared> {
    let guest = wasmer.shelved(&generated(functions)?)?;
    let must = guest.1.serialize()?.len();
    Ok(Prepared::laps(move || {
        let started = Instant::now();
        let artifact = guest.1.serialize();
        let took = started.elapsed();
        let ended = match artifact {
            Ok(bytes) if bytes.len() == must => Ok(()),
            Ok(bytes) => Err(format!("{} bytes, where {must} came before", bytes.len())),
            Err(error) => Err(error.to_string()),
        };
        (took, ended)
    })
    .with_facts([("artifact bytes", must as f64)]))
}

fn deserialize(wasmer: &Wasmer, functions: u64) -> Result<Prepared> {
    let artifact = wasmer.shelved(&generated(functions)?)?.1.serialize()?;
    let bytes = artifact.len() as f64;
    let wasmer = wasmer.clone();
    Ok(Prepared::laps(move || {
        let (engine, artifact) = (wasmer.engine(), artifact.clone());
        let started = Instant::now();
        // SAFETY: the bytes are what this compiler made of a valid module in this process.
        let module = unsafe { Module::deserialize(&engine, artifact) };
        let took = started.elapsed();
        (took, module.map(drop).map_err(|error| error.to_string()))
    })
    .with_facts([("artifact bytes", bytes)]))
}
