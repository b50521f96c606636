use std::io::Write;

use anyhow::Result;

use super::{Out, Status};
use crate::backend::{self, Backend, Presence, Settings};
use crate::benchmark;
use crate::cli::List;
use crate::record::{BackendEntry, Build, Entry, Listing};
use crate::report::terminal;
use crate::scenario;

pub(super) fn list(asked: &List, out: &mut Out) -> Result<Status> {
    let listing = Listing {
        build: Build::this(),
        backends: backend::ALL.iter().map(entry).collect::<Result<_>>()?,
        scenarios: scenario::all().map(|known| Entry { id: known.id, shows: known.shows }).collect(),
        benchmarks: benchmark::all().map(|known| Entry { id: known.id, shows: known.inside }).collect(),
    };
    if asked.json {
        serde_json::to_writer_pretty(&mut *out, &listing)?;
        writeln!(out)?;
    } else {
        write!(out, "{}", terminal::listing(&listing))?;
    }
    Ok(Status::Held)
}

fn entry(backend: &Backend) -> Result<BackendEntry> {
    let presence = match backend.presence {
        Presence::Here(_) => "here".into(),
        Presence::NotCompiledIn => "not compiled in".into(),
        Presence::NotOnThisPlatform(why) => format!("not on this platform: {why}"),
    };
    let about = if backend.is_here() { Some(backend.open(&Settings::default())?.about()) } else { None };
    let Backend { name, feature, licence, floor, .. } = *backend;
    Ok(BackendEntry { name, presence, feature, licence, floor, about })
}
