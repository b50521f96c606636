;; Calls the host's `early_exit` below many guest frames.
(module
  (import "env" "early_exit" (func $early_exit (param i32)))
  (global $entered (export "entered") (mut i32) (i32.const 0))
  (global $left (export "left") (mut i32) (i32.const 0))
  ;; Returns the number of functions that have returned. The count after the call keeps a compiler from making a loop.
  (func $dive (export "dive") (param $frames i32) (param $code i32) (result i32)
    (global.set $entered (i32.add (global.get $entered) (i32.const 1)))
    (if (i32.gt_u (local.get $frames) (i32.const 1))
      (then (drop (call $dive (i32.sub (local.get $frames) (i32.const 1)) (local.get $code))))
      (else (call $early_exit (local.get $code))))
    (global.set $left (i32.add (global.get $left) (i32.const 1)))
    (global.get $left)))
