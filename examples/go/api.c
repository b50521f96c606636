#include "api.h"
#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>
#include "_cgo_export.h"

static void *(*engine_new)(void);
static void *(*store_new)(void *);
static void *(*module_new)(void *, const bytes_t *);
static void *(*valtype_new)(uint8_t);
static void (*valtype_vec_new)(list_t *, size_t, void *const *);
static void *(*functype_new)(list_t *, list_t *);
static void (*functype_delete)(void *);
static void *(*func_new_with_env)(void *, const void *, void *(*)(void *, const vals_t *, vals_t *), void *, void (*)(void *));
static void *(*func_as_extern)(void *);
static void *(*instance_new)(void *, const void *, const list_t *, void **);
static void (*instance_exports)(const void *, list_t *);
static void *(*extern_as_func)(void *);
static void *(*func_call)(const void *, const vals_t *, vals_t *);
static void *(*trap_new)(void *, const bytes_t *);
static void (*trap_message)(const void *, bytes_t *);
static void (*trap_delete)(void *);
static void (*byte_vec_delete)(bytes_t *);

const char *api_load(const char *path) {
    void *library = dlopen(path, RTLD_NOW);
    if (!library) return dlerror();
    struct { const char *name; void *function; } functions[] = {
        {"wasm_engine_new", &engine_new}, {"wasm_store_new", &store_new}, {"wasm_module_new", &module_new},
        {"wasm_valtype_new", &valtype_new}, {"wasm_valtype_vec_new", &valtype_vec_new},
        {"wasm_functype_new", &functype_new}, {"wasm_functype_delete", &functype_delete},
        {"wasm_func_new_with_env", &func_new_with_env}, {"wasm_func_as_extern", &func_as_extern},
        {"wasm_instance_new", &instance_new}, {"wasm_instance_exports", &instance_exports},
        {"wasm_extern_as_func", &extern_as_func}, {"wasm_func_call", &func_call}, {"wasm_trap_new", &trap_new},
        {"wasm_trap_message", &trap_message}, {"wasm_trap_delete", &trap_delete},
        {"wasm_byte_vec_delete", &byte_vec_delete},
    };
    for (size_t n = 0; n < sizeof functions / sizeof *functions; n++) {
        void *found = dlsym(library, functions[n].name);
        if (!found) return dlerror();
        memcpy(functions[n].function, &found, sizeof found);
    }
    return NULL;
}

void *api_engine_new(void) { return engine_new(); }

void *api_module_new(void *engine, void **store, const void *wasm, size_t size) {
    *store = store_new(engine);
    bytes_t bytes = {size, (char *)wasm};
    return module_new(*store, &bytes);
}

static void *call_host(void *env, const vals_t *arguments, vals_t *results) {
    (void)results;
    return callHost((uintptr_t)env, arguments->size > 0 ? arguments->data[0].of.i32 : 0);
}

void *api_func_new(void *store, uintptr_t number, size_t parameters) {
    void *i32 = parameters > 0 ? valtype_new(0) : NULL;
    list_t takes, returns;
    valtype_vec_new(&takes, parameters, &i32);
    valtype_vec_new(&returns, 0, NULL);
    void *type = functype_new(&takes, &returns);
    void *function = func_new_with_env(store, type, call_host, (void *)number, NULL);
    functype_delete(type);
    return func_as_extern(function);
}

void *api_instance_new(void *store, void *module, void *import, void **trap, list_t *exports) {
    list_t imports = {1, &import};
    void *instance = instance_new(store, module, &imports, trap);
    if (instance) instance_exports(instance, exports);
    return instance;
}

void *api_call(void *instance_export, int32_t a, int32_t b, int32_t *result) {
    val_t given[2] = {{0}, {0}}, came[1] = {{0}};
    given[0].of.i32 = a;
    given[1].of.i32 = b;
    vals_t arguments = {2, given}, results = {1, came};
    void *trap = func_call(extern_as_func(instance_export), &arguments, &results);
    *result = came[0].of.i32;
    return trap;
}

void *api_trap_new(void *store, char *message, size_t size) {
    bytes_t bytes = {size, message};
    return trap_new(store, &bytes);
}

char *api_trap_message(void *trap) {
    bytes_t bytes;
    trap_message(trap, &bytes);
    char *message = calloc(bytes.size + 1, 1);
    memcpy(message, bytes.data, bytes.size);
    byte_vec_delete(&bytes);
    trap_delete(trap);
    return message;
}
