;; Addresses, offsets and sizes beyond 32 bits in a memory of 64 bits.
;;
;;> --invoke load 65532
;;= returned 0; 0 calls
;;> --invoke load 65533
;;> --invoke load -1
;;> --invoke load 4294967296
;;> --invoke load_far 15
;;> --invoke load_far 16
;;> --invoke load_constant
;;> --invoke store 65536
;;= trapped: out of bounds memory access; 0 calls
;;> --invoke store 65535
;;= returned; 1 call
;;> --invoke grow 1
;;= returned 1; 0 calls
;;> --invoke grow 2
;;> --invoke grow -1
;;> --invoke grow 281474976710655
;;> --invoke grow 281474976710656
;;= returned -1; 0 calls
;;> --invoke size
;;= returned 1; 0 calls
;;> --invoke fill 65536 0
;;= returned; 1 call
;;> --invoke fill 65537 0
;;> --invoke fill -1 -1
;;> --invoke copy 0 4294967296 1
;;> --invoke copy 0 0 -1
;;> --invoke init -1 0 1
;;= trapped: out of bounds memory access; 0 calls
;;> --invoke init 65532 0 4
;;= returned; 1 call
(module
  (import "host" "stop" (func $stop))
  (memory (export "memory") i64 1 2)
  (data $d "abcd")
  (func (export "load") (param i64) (result i32) (i32.load (local.get 0)))
  (func (export "load_far") (param i64) (result i32) (i32.load offset=0xfffffffffffffff0 (local.get 0)))
  (func (export "load_constant") (result i64) (i64.load (i64.const 0x100000000)))
  (func (export "store") (param i64) (i64.store8 (local.get 0) (i64.const 1)) (call $stop))
  (func (export "grow") (param i64) (result i64) (memory.grow (local.get 0)))
  (func (export "size") (result i64) (memory.size))
  (func (export "fill") (param i64 i64) (memory.fill (local.get 0) (i32.const 7) (local.get 1)) (call $stop))
  (func (export "copy") (param i64 i64 i64) (memory.copy (local.get 0) (local.get 1) (local.get 2)) (call $stop))
  (func (export "init") (param i64 i32 i32) (memory.init $d (local.get 0) (local.get 1) (local.get 2)) (call $stop)))
