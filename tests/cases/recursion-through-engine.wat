;; Endless recursion that leaves the guest at every level: by an import, by growing, filling, copying, or a reference.
;; Wherever the stack ends, the engine's or the host's code must have enough of it.
;; Reports: wasmtime#900, wasmtime#8149, wasmer#2757.
;;
;;> --invoke by_import
;;> --invoke by_wide_import
;;> --invoke by_growing
;;> --invoke by_filling
;;> --invoke by_copying
;;> --invoke by_reference
;;> --invoke by_float 0.5
;;= trapped: call stack exhausted
;;> --invoke by_import --exit-at tick#1000
;;= exited early with exit code: 1; 1000 calls
;;> --invoke by_wide_import --exit-at give#500
;;= exited early with exit code: 1; 500 calls
(module
  (import "host" "tick" (func $tick))
  (import "host" "give" (func $give (param i32 i64 f32 f64 i32 i64 f32 f64) (result f64)))
  (memory (export "memory") 1 4)
  (table $t 2 funcref)
  (elem declare func $by_reference)
  (func $by_import (export "by_import") (call $tick) (call $by_import) (call $tick))
  (func $by_wide_import (export "by_wide_import") (result f64)
    (f64.add
      (call $give (i32.const 1) (i64.const 2) (f32.const 3) (f64.const 4) (i32.const 5) (i64.const 6) (f32.const 7) (f64.const 8))
      (call $by_wide_import)))
  (func $by_growing (export "by_growing") (drop (memory.grow (i32.const 0))) (call $by_growing) (call $tick))
  (func $by_filling (export "by_filling")
    (memory.fill (i32.const 0) (i32.const 1) (i32.const 5000)) (call $by_filling) (call $tick))
  (func $by_copying (export "by_copying")
    (memory.copy (i32.const 0) (i32.const 7) (i32.const 5000)) (call $by_copying) (call $tick))
  (func $by_reference (export "by_reference")
    (table.set $t (i32.const 1) (ref.func $by_reference))
    (table.copy $t $t (i32.const 0) (i32.const 1) (i32.const 1))
    (call_indirect $t (i32.const 0)) (call $tick))
  (func $by_float (export "by_float") (param f64) (result f64)
    (f64.add (f64.nearest (local.get 0)) (call $by_float (f64.floor (f64.add (local.get 0) (f64.const 0.6)))))))
