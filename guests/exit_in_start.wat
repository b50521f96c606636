;; Calls the host from its start function, with a code that the host chose: ended there, it never becomes an instance.
(module
  (import "env" "early_exit" (func $early_exit (param i32) (result i32)))
  (import "env" "code" (global $code i32))
  (global $returned (export "returned") (mut i32) (i32.const 0))
  (func $main
    (global.set $returned (call $early_exit (global.get $code))))
  (start $main))
