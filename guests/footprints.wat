;; Has side effects before and after the call of the host's `early_exit`, which show how far the guest ran.
(module
  (import "env" "early_exit" (func $early_exit (param i32)))
  (memory (export "memory") 1)
  (table (export "table") 1 funcref)
  (global (export "before") (mut i32) (i32.const 0))
  (global (export "after") (mut i32) (i32.const 0))

  ;; At the call, a compiler may still hold the previous side effects in registers.
  (func $work (export "run") (param $code i32) (param $n i32) (result i32)
    (global.set 0 (i32.add (global.get 0) (i32.const 1)))
    (i32.store (i32.const 0) (local.get $n))
    (drop (memory.grow (i32.const 1)))
    ;; In the new page.
    (i32.store (i32.const 65536) (i32.add (local.get $n) (i32.const 1)))
    (table.set (i32.const 0) (ref.func $work))
    (call $early_exit (local.get $code))
    ;; Reached only if the host function returns.
    (global.set 1 (i32.add (global.get 1) (i32.const 1)))
    (i32.store (i32.const 4) (local.get $n))
    (table.set (i32.const 0) (ref.null func))
    (i32.add (local.get $code) (local.get $n))))
