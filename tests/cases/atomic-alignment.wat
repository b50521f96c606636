;; Atomic accesses must be aligned, plain ones need not be; at the end of a memory and with an offset.
;;
;;> --invoke load8 65535
;;= returned 0; 0 calls
;;> --invoke load8 65536
;;= trapped: out of bounds memory access; 0 calls
;;> --invoke load16 1
;;= trapped: unaligned atomic; 0 calls
;;> --invoke load16 65536
;;= trapped: out of bounds memory access; 0 calls
;;> --invoke load32 2
;;= trapped: unaligned atomic; 0 calls
;;> --invoke load32 65532
;;= returned 0; 0 calls
;;> --invoke load32 65533
;;> --invoke load64 4
;;= trapped: unaligned atomic; 0 calls
;;> --invoke load64 65528
;;= returned 0; 0 calls
;;> --invoke load64_offset 0
;;= trapped: unaligned atomic; 0 calls
;;> --invoke load64_offset 4
;;= returned 0; 0 calls
;;> --invoke load64_offset -4
;;= trapped: out of bounds memory access; 0 calls
;;> --invoke load32_of_64 2
;;> --invoke store16 3
;;> --invoke store32 1
;;> --invoke store64 4
;;= trapped: unaligned atomic; 0 calls
;;> --invoke store64 65528
;;= returned; 0 calls
;;> --invoke store64 65536
;;= trapped: out of bounds memory access; 0 calls
;;> --invoke add16 1
;;> --invoke sub64 4
;;= trapped: unaligned atomic; 0 calls
;;> --invoke sub64 8
;;= returned 0; 0 calls
;;> --invoke and32 3
;;= trapped: unaligned atomic; 0 calls
;;> --invoke or8 3
;;= returned 0; 0 calls
;;> --invoke xor64_32 2
;;> --invoke xchg16 5
;;= trapped: unaligned atomic; 0 calls
;;> --invoke cmpxchg8 1 18
;;= returned 7; 0 calls
;;> --invoke cmpxchg32 1 0
;;= trapped: unaligned atomic; 0 calls
;;> --invoke cmpxchg32 4 0
;;= returned 0; 0 calls
;;> --invoke fence
;;= returned; 0 calls
;;> --invoke notify_unaligned 2
;;> --invoke constant_unaligned
;;= trapped: unaligned atomic; 0 calls
;;> --invoke plain_unaligned 3
;;= returned 0; 0 calls
(module
  (memory 1 1)
  (func (export "load16") (param i32) (result i32) (i32.atomic.load16_u (local.get 0)))
  (func (export "load8") (param i32) (result i32) (i32.atomic.load8_u (local.get 0)))
  (func (export "load32") (param i32) (result i32) (i32.atomic.load (local.get 0)))
  (func (export "load64") (param i32) (result i64) (i64.atomic.load (local.get 0)))
  (func (export "load64_offset") (param i32) (result i64) (i64.atomic.load offset=4 (local.get 0)))
  (func (export "load32_of_64") (param i32) (result i64) (i64.atomic.load32_u (local.get 0)))
  (func (export "store16") (param i32) (i32.atomic.store16 (local.get 0) (i32.const 7)))
  (func (export "store32") (param i32) (i32.atomic.store (local.get 0) (i32.const 7)))
  (func (export "store64") (param i32) (i64.atomic.store (local.get 0) (i64.const 7)))
  (func (export "add16") (param i32) (result i32) (i32.atomic.rmw16.add_u (local.get 0) (i32.const 7)))
  (func (export "sub64") (param i32) (result i64) (i64.atomic.rmw.sub (local.get 0) (i64.const 7)))
  (func (export "and32") (param i32) (result i32) (i32.atomic.rmw.and (local.get 0) (i32.const 7)))
  (func (export "or8") (param i32) (result i32) (i32.atomic.rmw8.or_u (local.get 0) (i32.const 7)))
  (func (export "xor64_32") (param i32) (result i64) (i64.atomic.rmw32.xor_u (local.get 0) (i64.const 7)))
  (func (export "xchg16") (param i32) (result i32) (i32.atomic.rmw16.xchg_u (local.get 0) (i32.const 7)))
  (func (export "cmpxchg8") (param i32 i32) (result i32)
    (i32.store8 (local.get 0) (i32.const 0x12)) (drop (i32.atomic.rmw8.cmpxchg_u (local.get 0) (local.get 1) (i32.const 7))) (i32.load8_u (local.get 0)))
  (func (export "cmpxchg32") (param i32 i32) (result i32) (i32.atomic.rmw.cmpxchg (local.get 0) (local.get 1) (i32.const 7)))
  (func (export "fence") (atomic.fence))
  (func (export "notify_unaligned") (param i32) (result i32) (memory.atomic.notify (local.get 0) (i32.const 1)))
  (func (export "constant_unaligned") (result i32) (i32.atomic.load (i32.const 1)))
  (func (export "plain_unaligned") (param i32) (result i64) (i64.load (local.get 0))))
