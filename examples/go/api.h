// The functions of the standard C API, `wasm.h`, that the program needs, from a library that is loaded at run time.
#pragma once
#include <stddef.h>
#include <stdint.h>

typedef struct { size_t size; char *data; } bytes_t;
typedef struct { uint8_t kind; union { int32_t i32; int64_t i64; void *ref; } of; } val_t;
typedef struct { size_t size; val_t *data; } vals_t;
typedef struct { size_t size; void **data; } list_t;

// Loads a library. Returns an error message, or NULL.
const char *api_load(const char *path);
void *api_module_new(void *engine, void **store, const void *wasm, size_t size);
void *api_engine_new(void);
// Creates a host function that calls Go's `callHost` with `number`. It has one i32 parameter, or none.
void *api_func_new(void *store, uintptr_t number, size_t parameters);
void *api_instance_new(void *store, void *module, void *import, void **trap, list_t *exports);
void *api_call(void *instance_export, int32_t a, int32_t b, int32_t *result);
void *api_trap_new(void *store, char *message, size_t size);
// Returns the message of a trap, which the caller frees. Deletes the trap.
char *api_trap_message(void *trap);
