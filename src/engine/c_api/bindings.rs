//! Bindings to the used part of the standard C API, `wasm.h` of <https://github.com/WebAssembly/wasm-c-api>.
use std::ffi::{c_char, c_void};
use std::marker::PhantomData;
use std::mem::ManuallyDrop;
use std::path::Path;

use anyhow::{Context, Result};
use libloading::Library;

/// Opaque types: a host only holds pointers to their objects.
macro_rules! opaque {
    ($($name:ident)*) => {
        $(
            #[doc = concat!("The C API's object of the kind ", stringify!($name), ".")]
            #[repr(C)]
            pub(super) struct $name {
                opaque: [u8; 0],
                neither_send_nor_sync: PhantomData<*mut u8>,
            }
        )*
    };
}

opaque! {
    Engine Store Module Instance Func Global Table Memory Extern Trap Ref ValType FuncType GlobalType TableType MemoryType
    ExportType ImportType ExternType
}

/// `wasm_..._vec_t`. The library or the host owns the elements, depending on the function.
#[derive(Debug)]
#[repr(C)]
pub(super) struct List<T> {
    pub(super) size: usize,
    pub(super) data: *mut T,
}

impl<T> List<T> {
    /// An empty list for a function that fills it.
    pub(super) const EMPTY: Self = Self { size: 0, data: std::ptr::null_mut() };

    /// A list of elements of the host, for a function that reads or overwrites them.
    pub(super) fn borrowed(elements: &mut [T]) -> Self {
        Self { size: elements.len(), data: elements.as_mut_ptr() }
    }

    /// A list of elements of the host, for a function that only reads them.
    pub(super) fn constant(elements: &[T]) -> Self {
        Self { size: elements.len(), data: elements.as_ptr().cast_mut() }
    }

    /// The elements.
    ///
    /// # Safety
    /// A function has filled the list, and no function has deleted it since.
    pub(super) unsafe fn as_slice(&self) -> &[T] {
        if self.size == 0 {
            return &[];
        }
        // SAFETY: the library guarantees that `data` points to `size` elements.
        unsafe { std::slice::from_raw_parts(self.data, self.size) }
    }
}

/// `wasm_byte_vec_t`, also for names and messages.
pub(super) type Bytes = List<u8>;

/// `wasm_val_vec_t`.
pub(super) type Values = List<Val>;

/// `wasm_val_t`.
#[derive(Clone, Copy)]
#[repr(C)]
pub(super) struct Val {
    pub(super) kind: u8,
    pub(super) of: Payload,
}

/// The payload of a `wasm_val_t`. The kind determines the field.
#[derive(Clone, Copy)]
#[repr(C)]
pub(super) union Payload {
    pub(super) i32: i32,
    pub(super) i64: i64,
    pub(super) f32: u32,
    pub(super) f64: u64,
    pub(super) reference: *mut Ref,
}

impl Val {
    /// A value of type `i32`.
    pub(super) const fn i32(value: i32) -> Self {
        // All bytes are set, because some libraries read the whole payload.
        let mut of = Payload { i64: 0 };
        of.i32 = value;
        Self { kind: kind::I32, of }
    }
}

/// `wasm_valkind_t`.
pub(super) mod kind {
    pub(crate) const I32: u8 = 0;
    pub(crate) const I64: u8 = 1;
    pub(crate) const F32: u8 = 2;
    pub(crate) const F64: u8 = 3;
    pub(crate) const EXTERNREF: u8 = 128;
    pub(crate) const FUNCREF: u8 = 129;
}

/// `wasm_externkind_t`.
pub(super) const EXTERN_FUNC: u8 = 0;
pub(super) const EXTERN_GLOBAL: u8 = 1;
pub(super) const EXTERN_TABLE: u8 = 2;
pub(super) const EXTERN_MEMORY: u8 = 3;

/// `wasm_limits_t`, in pages or table elements. A maximum of `u32::MAX` means no maximum.
#[derive(Debug, Clone, Copy)]
#[repr(C)]
pub(super) struct SizeLimits {
    pub(super) min: u32,
    pub(super) max: u32,
}

/// `wasm_func_callback_t`.
pub(super) type Callback = unsafe extern "C" fn(*const Values, *mut Values) -> *mut Trap;

/// `wasm_func_callback_with_env_t`.
pub(super) type CallbackWithEnv = unsafe extern "C" fn(*mut c_void, *const Values, *mut Values) -> *mut Trap;

/// `void (*)(void*)`.
pub(super) type Finalizer = unsafe extern "C" fn(*mut c_void);

/// Declares the functions that a library must have, and the functions that it may lack.
macro_rules! functions {
    (
        required { $($name:ident($($argument:ty),*) $(-> $result:ty)?;)* }
        optional { $($maybe:ident($($given:ty),*) $(-> $returned:ty)?;)* }
    ) => {
        /// A library with the C API. Its functions have the names of the header.
        pub(super) struct Api {
            $(pub(super) $name: unsafe extern "C" fn($($argument),*) $(-> $result)?,)*
            $(pub(super) $maybe: Option<unsafe extern "C" fn($($given),*) $(-> $returned)?>,)*
        }

        impl Api {
            /// Loads a library. It is never unloaded, because it may have started threads or installed signal handlers.
            ///
            /// # Errors
            /// When the library cannot be loaded or lacks a required function.
            pub(super) fn load(file: &Path) -> Result<Self> {
                // SAFETY: the user has asked for this library, so its code may run. The types of its functions cannot be
                // checked. Only worker processes load libraries, so functions of other types can only crash a worker.
                unsafe {
                    let library = ManuallyDrop::new(Library::new(file)?);
                    Ok(Self {
                        $($name: *library.get(stringify!($name).as_bytes()).with_context(|| {
                            format!("it has no function `{}`, so it lacks the C API of `wasm.h`", stringify!($name))
                        })?,)*
                        $($maybe: library.get(stringify!($maybe).as_bytes()).ok().map(|found| *found),)*
                    })
                }
            }
        }
    };
}

functions! {
    required {
        wasm_engine_new() -> *mut Engine;
        wasm_engine_delete(*mut Engine);
        wasm_store_new(*mut Engine) -> *mut Store;
        wasm_store_delete(*mut Store);
        wasm_module_new(*mut Store, *const Bytes) -> *mut Module;
        wasm_module_validate(*mut Store, *const Bytes) -> bool;
        wasm_module_delete(*mut Module);
        wasm_module_exports(*const Module, *mut List<*mut ExportType>);
        wasm_module_serialize(*const Module, *mut Bytes);
        wasm_module_deserialize(*mut Store, *const Bytes) -> *mut Module;
        wasm_module_imports(*const Module, *mut List<*mut ImportType>);
        wasm_importtype_vec_delete(*mut List<*mut ImportType>);
        wasm_importtype_module(*const ImportType) -> *const Bytes;
        wasm_importtype_name(*const ImportType) -> *const Bytes;
        wasm_importtype_type(*const ImportType) -> *const ExternType;
        wasm_externtype_kind(*const ExternType) -> u8;
        wasm_exporttype_vec_delete(*mut List<*mut ExportType>);
        wasm_exporttype_name(*const ExportType) -> *const Bytes;
        wasm_instance_new(*mut Store, *const Module, *const List<*mut Extern>, *mut *mut Trap) -> *mut Instance;
        wasm_instance_delete(*mut Instance);
        wasm_instance_exports(*const Instance, *mut List<*mut Extern>);
        wasm_extern_vec_delete(*mut List<*mut Extern>);
        wasm_extern_kind(*const Extern) -> u8;
        wasm_extern_as_func(*mut Extern) -> *mut Func;
        wasm_extern_as_global(*mut Extern) -> *mut Global;
        wasm_extern_as_memory(*mut Extern) -> *mut Memory;
        wasm_func_as_extern(*mut Func) -> *mut Extern;
        wasm_global_as_extern(*mut Global) -> *mut Extern;
        wasm_table_as_extern(*mut Table) -> *mut Extern;
        wasm_memory_as_extern(*mut Memory) -> *mut Extern;
        wasm_valtype_new(u8) -> *mut ValType;
        wasm_valtype_vec_new(*mut List<*mut ValType>, usize, *const *mut ValType);
        wasm_functype_new(*mut List<*mut ValType>, *mut List<*mut ValType>) -> *mut FuncType;
        wasm_functype_delete(*mut FuncType);
        wasm_func_new(*mut Store, *const FuncType, Callback) -> *mut Func;
        wasm_func_new_with_env(
            *mut Store, *const FuncType, CallbackWithEnv, *mut c_void, Option<Finalizer>
        ) -> *mut Func;
        wasm_func_delete(*mut Func);
        wasm_func_call(*const Func, *const Values, *mut Values) -> *mut Trap;
        wasm_globaltype_new(*mut ValType, u8) -> *mut GlobalType;
        wasm_globaltype_delete(*mut GlobalType);
        wasm_global_new(*mut Store, *const GlobalType, *const Val) -> *mut Global;
        wasm_global_get(*const Global, *mut Val);
        wasm_global_delete(*mut Global);
        wasm_tabletype_new(*mut ValType, *const SizeLimits) -> *mut TableType;
        wasm_tabletype_delete(*mut TableType);
        wasm_table_new(*mut Store, *const TableType, *mut Ref) -> *mut Table;
        wasm_table_delete(*mut Table);
        wasm_memorytype_new(*const SizeLimits) -> *mut MemoryType;
        wasm_memorytype_delete(*mut MemoryType);
        wasm_memory_new(*mut Store, *const MemoryType) -> *mut Memory;
        wasm_memory_data(*mut Memory) -> *mut u8;
        wasm_memory_data_size(*const Memory) -> usize;
        wasm_memory_delete(*mut Memory);
        wasm_trap_new(*mut Store, *const Bytes) -> *mut Trap;
        wasm_trap_message(*const Trap, *mut Bytes);
        wasm_trap_delete(*mut Trap);
        wasm_byte_vec_delete(*mut Bytes);
        wasm_val_delete(*mut Val);
    }
    optional {
        wasm_trap_set_host_info(*mut Trap, *mut c_void);
        wasm_trap_get_host_info(*const Trap) -> *mut c_void;
        // These functions identify the engine of a library.
        wasmer_version() -> *const c_char;
        wasmtime_error_message(*const c_void, *mut Bytes);
        wasmi_trap_new(*const u8, usize) -> *mut Trap;
    }
}
