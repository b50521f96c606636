//! `list`: backends, scenarios and benchmarks.
use anyhow::Result;

use super::{Status, Stdout};
use crate::catalog::{benchmark, scenario};
use crate::cli::ListArgs;
use crate::engine::{self, Availability, Backend, BackendOptions};
use crate::output::terminal;
use crate::results::{BackendEntry, Build, Catalog, Entry};

pub(crate) fn list(args: &ListArgs, out: &mut Stdout) -> Result<Status> {
    let listing = Catalog {
        build: Build::this(),
        backends: engine::ALL.iter().map(entry).collect::<Result<_>>()?,
        scenarios: scenario::all().map(|known| Entry { id: known.id, description: known.shows }).collect(),
        benchmarks: benchmark::all().map(|known| Entry { id: known.id, description: known.inside }).collect(),
    };
    out.print(args.json, &listing, || terminal::listing(&listing))?;
    Ok(Status::Passed)
}

fn entry(backend: &Backend) -> Result<BackendEntry> {
    let (availability, backend_info) = match backend.presence {
        Availability::WithLibrary(..) => ("here, with --library".into(), None),
        Availability::Here(..) => ("here".into(), Some(backend.open(&BackendOptions::default())?.about())),
        Availability::NotCompiledIn => ("not compiled in".into(), None),
        Availability::NotOnThisPlatform(reason) => (format!("not on this platform: {reason}"), None),
    };
    let Backend { name, feature, licence, native, .. } = *backend;
    let options = backend.options().into_iter().collect();
    Ok(BackendEntry { name, availability, feature, licence, native, options, backend_info })
}
