;; `wait` on a shared memory: 1 is another value, 2 is timed out. No thread is there to notify another.
;; Reports: wasmtime#11975, WasmEdge#5303, WasmEdge#5310.
;;
;;> --invoke notify 65532
;;= returned 0; 0 calls
;;> --invoke not_equal 65532
;;= returned 1; 0 calls
;;> --invoke times_out 65532
;;= returned 2; 0 calls
;;> --invoke not_equal_wide 65528
;;= returned 1; 0 calls
;;> --invoke times_out 65534
;;= trapped: unaligned atomic | trapped: out of bounds memory access; 0 calls
;;> --invoke times_out_and_stop 0 --exit-at stop
;;= exited early with exit code: 1; 1 call
;;> --invoke times_out 65536
;;= trapped: out of bounds memory access; 0 calls
(module
  (import "host" "stop" (func $stop))
  (memory (export "memory") 1 1 shared)
  (func (export "notify") (param i32) (result i32) (memory.atomic.notify (local.get 0) (i32.const 1)))
  (func (export "not_equal") (param i32) (result i32)
    (memory.atomic.wait32 (local.get 0) (i32.const 1) (i64.const -1)))
  (func (export "times_out") (param i32) (result i32)
    (memory.atomic.wait32 (local.get 0) (i32.const 0) (i64.const 1000000)))
  (func (export "not_equal_wide") (param i32) (result i32)
    (memory.atomic.wait64 (local.get 0) (i64.const 1) (i64.const -1)))
  (func (export "times_out_and_stop") (param i32)
    (drop (memory.atomic.wait32 (local.get 0) (i32.const 0) (i64.const 1000000))) (call $stop)))
