//! Calls a host function that is expected to end it: the guest of Wasmer's old page on interrupting execution.
#![no_std]

#[link(wasm_import_module = "env")]
extern "C" {
    fn interrupt_execution();
}

/// Comes back only when the host function did: a host that sees the 1 was not able to stop this guest.
#[no_mangle]
pub extern "C" fn exit_early() -> i32 {
    // SAFETY: the host is given nothing that it could break.
    unsafe { interrupt_execution() };
    1
}

#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! {
    core::arch::wasm32::unreachable()
}
