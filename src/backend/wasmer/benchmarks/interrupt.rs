//! Interrupts: an experiment of Wasmer's, which changes what every call costs, so it needs a feature.
use crate::backend::Can;
use crate::backend::Prepare;
use crate::backend::wasmer::Wasmer;

#[cfg(not(feature = "host-interrupt"))]
pub(super) const CAN: Can<Prepare<Wasmer>> =
    Can::Not("built without interrupts; build with `--features host-interrupt`");

#[cfg(feature = "host-interrupt")]
pub(super) const CAN: Can<Prepare<Wasmer>> = Can::Not("not yet");
