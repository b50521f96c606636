;; `memory.fill`, `copy`, `init` and their siblings for tables: bounds are checked before anything is written, for a length of 0 too.
;;
;;> --invoke fill 65536 0
;;= returned; 1 call
;;> --invoke fill 65537 0
;;> --invoke fill 0 65537
;;> --invoke fill -1 -1
;;= trapped: out of bounds memory access; 0 calls
;;> --invoke fill 0 65536
;;= returned; 1 call
;;> --invoke copy -1 0 1
;;> --invoke copy 0 65535 2
;;= trapped: out of bounds memory access; 0 calls
;;> --invoke copy 65536 65536 0
;;= returned; 1 call
;;> --invoke copy 0 65537 0
;;> --invoke copy 1 0 -1
;;> --invoke init 65533 0 4
;;= trapped: out of bounds memory access; 0 calls
;;> --invoke init 0 4 0
;;= returned; 1 call
;;> --invoke init 0 5 0
;;> --invoke init 0 -1 1
;;= trapped: out of bounds memory access; 0 calls
;;> --invoke init_dropped 65536 0 0
;;= returned; 1 call
;;> --invoke init_dropped 0 0 1
;;> --invoke partial_fill
;;= trapped: out of bounds memory access; 0 calls
;;> --invoke table_fill 4 0
;;= returned; 1 call
;;> --invoke table_fill 5 0
;;> --invoke table_fill 0 5
;;> --invoke table_fill -1 -1
;;> --invoke table_copy 0 1 4
;;= trapped: out of bounds table access; 0 calls
;;> --invoke table_copy 4 4 0
;;= returned; 1 call
;;> --invoke table_copy 5 0 0
;;> --invoke table_init 3 0 2
;;= trapped: out of bounds table access; 0 calls
;;> --invoke table_init 0 2 0
;;= returned; 1 call
;;> --invoke table_init 0 3 0
;;= trapped: out of bounds table access; 0 calls
;;> --invoke table_init_dropped 4 0 0
;;= returned; 1 call
;;> --invoke table_init_dropped 0 0 1
;;> --invoke table_get 4
;;> --invoke table_get -1
;;> --invoke table_set 4
;;> --invoke call 4
;;> --invoke call -1
;;= trapped: out of bounds table access; 0 calls
;;> --invoke call 3
;;= trapped: uninitialized element; 0 calls
;;> --invoke call_type 0
;;= trapped: indirect call type mismatch; 0 calls
;;> --invoke call_type 1
;;= trapped: uninitialized element; 0 calls
(module
  (import "host" "stop" (func $stop))
  (memory (export "memory") 1 2)
  (table $t 4 8 funcref)
  (elem $e func $f $f)
  (elem $gone func $f)
  (data $d "abcd")
  (func $f)
  (func (export "fill") (param i32 i32) (memory.fill (local.get 0) (i32.const 7) (local.get 1)) (call $stop))
  (func (export "copy") (param i32 i32 i32) (memory.copy (local.get 0) (local.get 1) (local.get 2)) (call $stop))
  (func (export "init") (param i32 i32 i32) (memory.init $d (local.get 0) (local.get 1) (local.get 2)) (call $stop))
  (func (export "init_dropped") (param i32 i32 i32) (data.drop $d) (memory.init $d (local.get 0) (local.get 1) (local.get 2)) (call $stop))
  (func (export "partial_fill") (result i32)
    (i32.store8 (i32.const 65535) (i32.const 1))
    (memory.fill (i32.const 65530) (i32.const 7) (i32.const 7)) (i32.load8_u (i32.const 65535)))
  (func (export "table_fill") (param i32 i32) (table.fill $t (local.get 0) (ref.null func) (local.get 1)) (call $stop))
  (func (export "table_copy") (param i32 i32 i32) (table.copy $t $t (local.get 0) (local.get 1) (local.get 2)) (call $stop))
  (func (export "table_init") (param i32 i32 i32) (table.init $t $e (local.get 0) (local.get 1) (local.get 2)) (call $stop))
  (func (export "table_init_dropped") (param i32 i32 i32) (elem.drop $e) (table.init $t $e (local.get 0) (local.get 1) (local.get 2)) (call $stop))
  (func (export "table_get") (param i32) (result i32) (ref.is_null (table.get $t (local.get 0))))
  (func (export "table_set") (param i32) (table.set $t (local.get 0) (ref.null func)))
  (func (export "call") (param i32) (call_indirect $t (local.get 0)))
  (func (export "call_type") (param i32) (result i32) (table.set $t (i32.const 0) (ref.func $f)) (call_indirect $t (result i32) (local.get 0)))
  (elem declare func $f))
