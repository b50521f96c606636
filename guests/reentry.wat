;; Calls the host, which calls the guest again, `n` times. Then calls `early_exit` with `code`, unless `code` is 0.
(module
  (import "env" "early_exit" (func $early_exit (param i32)))
  (import "env" "reenter" (func $reenter (param i32 i32) (result i32)))
  (func (export "descend") (param $code i32) (param $n i32) (result i32)
    (if (local.get $n)
      (then
        (return
          (i32.add (call $reenter (local.get $code) (i32.sub (local.get $n) (i32.const 1))) (i32.const 1)))))
    (if (local.get $code) (then (call $early_exit (local.get $code))))
    (i32.const 0)))
