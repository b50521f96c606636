//! A command that ends the way WASI programs do: `_start` calls `proc_exit`, which must not come back.
#![no_std]

#[link(wasm_import_module = "env")]
extern "C" {
    /// What to end with; less than zero to return from `_start` without any exit.
    fn code() -> i32;
}

#[link(wasm_import_module = "wasi_snapshot_preview1")]
extern "C" {
    fn proc_exit(code: i32) -> !;
}

/// A host whose `proc_exit` comes back all the same makes this trap: an `unreachable` follows the call.
#[no_mangle]
pub extern "C" fn _start() {
    // SAFETY: both are given nothing but numbers.
    unsafe {
        let code = code();
        if code >= 0 {
            proc_exit(code);
        }
    }
}

#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! {
    core::arch::wasm32::unreachable()
}
