//! Exported globals and memories after a call, for comparison across backends.
use std::hash::{DefaultHasher, Hasher};

use crate::engine::embedding::{Exported, ExternKind, Interface, ModuleInstance};

/// The exported state of a guest: each global's value, and the size and a digest of each memory.
pub(crate) fn left_behind(interface: &Interface, instance: &mut dyn ModuleInstance) -> Vec<(String, String)> {
    let export_state = |export: &Exported| {
        let value = match export.kind {
            ExternKind::Global => instance.global(&export.name)?.to_string(),
            ExternKind::Memory => {
                // Digests are comparable only within one build.
                let mut hasher = DefaultHasher::new();
                let size = instance.memory(&export.name, &mut |chunk| hasher.write(chunk))?;
                format!("{} KiB, digest {:016x}", size >> 10, hasher.finish())
            }
            _ => return None,
        };
        Some((export.name.clone(), value))
    };
    interface.exports.iter().filter_map(export_state).collect()
}
