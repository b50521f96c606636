// The Go program of Wasmer's page "Interrupting Execution", on the standard C API, so that it runs with each engine's library:
//
//	go run . PATH/libwasmtime.so
//
// The Go package of that page wraps the same C API. This program calls the few functions by cgo (api.c).
package main

/*
#cgo LDFLAGS: -ldl
#include <stdlib.h>
#include "api.h"
*/
import "C"

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"unsafe"
)

type exitCode struct {
	code int32
}

func (self *exitCode) Error() string {
	return fmt.Sprintf("exit code: %d", self.code)
}

func earlyExit(code int32) error {
	return &exitCode{code}
}

// The bytes of `guests/early_exit.wat`: a guest whose `run(code, n)` calls `env.early_exit(code)`.
var guest = []byte("\x00asm\x01\x00\x00\x00" +
	"\x01\x0b\x02\x60\x01\x7f\x00\x60\x02\x7f\x7f\x01\x7f" +
	"\x02\x12\x01\x03env\x0aearly_exit\x00\x00" +
	"\x03\x02\x01\x01" +
	"\x07\x07\x01\x03run\x00\x01" +
	"\x0a\x0d\x01\x0b\x00\x20\x00\x10\x00\x20\x00\x20\x01\x6a\x0b")

// hostFunction is a host function with the store of its traps and the error of its last call, because a trap contains only a
// message.
type hostFunction struct {
	call  func(int32) error
	store unsafe.Pointer
	err   error
}

// C code must not keep Go pointers, so it keeps an index of this slice.
var hostFunctions []*hostFunction

//export callHost
func callHost(number C.uintptr_t, argument C.int32_t) unsafe.Pointer {
	function := hostFunctions[number]
	function.err = function.call(int32(argument))
	if function.err == nil {
		return nil
	}
	message := function.err.Error()
	text := C.CString(message)
	defer C.free(unsafe.Pointer(text))
	// The size includes the final NUL.
	return C.api_trap_new(function.store, text, C.size_t(len(message)+1))
}

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: go run . LIBRARY")
		os.Exit(2)
	}
	path := C.CString(os.Args[1])
	if problem := C.api_load(path); problem != nil {
		fmt.Fprintln(os.Stderr, "error:", C.GoString(problem))
		os.Exit(2)
	}

	fmt.Println("Compiling module...")
	wasm := C.CBytes(guest)
	var store unsafe.Pointer
	module := C.api_module_new(C.api_engine_new(), &store, wasm, C.size_t(len(guest)))
	if module == nil {
		panic("the module does not compile")
	}

	function := &hostFunction{call: earlyExit, store: store}
	hostFunctions = append(hostFunctions, function)
	imported := C.api_func_new(store, C.uintptr_t(len(hostFunctions)-1), 1)

	fmt.Println("Instantiating module...")
	var trap unsafe.Pointer
	var exports C.list_t
	if C.api_instance_new(store, module, imported, &trap, &exports) == nil {
		panic("the module cannot be instantiated")
	}
	run := func(a, b int32) (int32, error) {
		var result C.int32_t
		trap := C.api_call(*exports.data, C.int32_t(a), C.int32_t(b), &result)
		if trap == nil {
			return int32(result), nil
		}
		text := C.api_trap_message(trap)
		message := C.GoString(text)
		C.free(unsafe.Pointer(text))
		// Libraries add text to the host's message, such as the guest's frames.
		if function.err != nil && strings.Contains(message, function.err.Error()) {
			return 0, function.err
		}
		return 0, errors.New(message)
	}

	fmt.Println("Calling `run` function...")
	_, err := run(1, 7)
	if err == nil {
		panic(fmt.Sprintln("`run` did not error"))
	}
	var code *exitCode
	if !errors.As(err, &code) || code.code != 1 {
		panic(fmt.Sprintln("another error:", err))
	}
	fmt.Println("Exited early with:", err)
}
