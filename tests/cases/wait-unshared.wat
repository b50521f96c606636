;; Atomics at the very end of a memory, and on a memory that is not shared: `notify` finds no waiter, `wait` must trap.
;; Reports: threads#144, threads#192, wasmtime#11975, wasmtime#5255.
;;
;;> --invoke notify 65532
;;= returned 0; 1 call
;;> --invoke notify 65532 --exit-at stop
;;= exited early with exit code: 1; 1 call
;;> --invoke notify_nobody 65536
;;= trapped: out of bounds memory access; 0 calls
;;> --invoke notify_nobody 2
;;= trapped: unaligned atomic; 0 calls
;;> --invoke wait32 65532 --exit-at stop
;;> --invoke wait32_for_nothing 0
;;> --invoke wait64 65528
;;= trapped: expected shared memory; 0 calls
;;> --invoke add 65532
;;= returned 0; 0 calls
;;> --invoke add 65533
;;= trapped: unaligned atomic; 0 calls
;;> --invoke add 65536
;;= trapped: out of bounds memory access; 0 calls
;;> --invoke exchange 65528
;;= returned 0; 0 calls
;;> --invoke exchange 65532
;;= trapped: unaligned atomic; 0 calls
(module
  (import "host" "stop" (func $stop))
  (memory (export "memory") 1 1)
  (func (export "notify") (param i32) (result i32)
    (memory.atomic.notify (local.get 0) (i32.const 1)) (call $stop))
  (func (export "notify_nobody") (param i32) (result i32) (memory.atomic.notify (local.get 0) (i32.const 0)))
  (func (export "wait32") (param i32) (result i32)
    (memory.atomic.wait32 (local.get 0) (i32.const 1) (i64.const 0)) (call $stop))
  ;; the memory holds 0: this one would sleep
  (func (export "wait32_for_nothing") (param i32) (result i32)
    (memory.atomic.wait32 (local.get 0) (i32.const 0) (i64.const 1000000)) (call $stop))
  (func (export "wait64") (param i32) (result i32)
    (memory.atomic.wait64 (local.get 0) (i64.const 1) (i64.const 0)) (call $stop))
  (func (export "add") (param i32) (result i32) (i32.atomic.rmw.add (local.get 0) (i32.const 7)))
  (func (export "exchange") (param i32) (result i64)
    (i64.atomic.rmw.cmpxchg (local.get 0) (i64.const 0) (i64.const 9))))
