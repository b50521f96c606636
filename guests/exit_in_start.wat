;; Calls the host's `early_exit` in the start function, with an imported code. After an exit there is no instance.
(module
  (import "env" "early_exit" (func $early_exit (param i32) (result i32)))
  (import "env" "code" (global $code i32))
  (global $returned (export "returned") (mut i32) (i32.const 0))
  (func $main
    (global.set $returned (call $early_exit (global.get $code))))
  (start $main))
