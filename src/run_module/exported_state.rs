//! Exported globals and memories after a call, for comparison across backends.
use std::hash::{DefaultHasher, Hasher};

use super::interface::{ExternKind, Interface};
use crate::engine::embedding::Instance;

/// What a guest left behind where others can see it: the exported globals, and a digest of each exported memory.
pub(crate) fn left_behind(interface: &Interface, instance: &mut dyn Instance) -> Vec<(String, String)> {
    let state = |export: &super::Exported| {
        let left = match export.kind {
            ExternKind::Global => instance.global(&export.name)?.to_string(),
            ExternKind::Memory => digest(instance, &export.name)?,
            _ => return None,
        };
        Some((export.name.clone(), left))
    };
    interface.exports.iter().filter_map(state).collect()
}

/// The size of a memory and a digest of what is in it. The digest says that two are the same in one run, and no more.
fn digest(instance: &mut dyn Instance, memory: &str) -> Option<String> {
    let mut hasher = DefaultHasher::new();
    let size = instance.memory(memory, &mut |piece| hasher.write(piece))?;
    Some(format!("{} KiB, digest {:016x}", size >> 10, hasher.finish()))
}
