//! Exported globals and memories after a call, for comparison across backends.
use std::hash::{DefaultHasher, Hasher};

use crate::engine::embedding::{Exported, ExternKind, Interface, ModuleInstance};

/// The exported state of a guest: each global's value, and a digest of each memory.
pub(crate) fn left_behind(interface: &Interface, instance: &mut dyn ModuleInstance) -> Vec<(String, String)> {
    let export_state = |export: &Exported| {
        let value = match export.kind {
            ExternKind::Global => instance.global(&export.name)?.to_string(),
            ExternKind::Memory => digest(instance, &export.name)?,
            _ => return None,
        };
        Some((export.name.clone(), value))
    };
    interface.exports.iter().filter_map(export_state).collect()
}

/// The size of a memory and a digest of its contents. Digests are comparable only within one build.
fn digest(instance: &mut dyn ModuleInstance, memory: &str) -> Option<String> {
    let mut hasher = DefaultHasher::new();
    let size = instance.memory(memory, &mut |chunk| hasher.write(chunk))?;
    Some(format!("{} KiB, digest {:016x}", size >> 10, hasher.finish()))
}
