;; Memory and table without a maximum grow by a lot, or by more than there can be.
;;
;;> --invoke memory 65536
;;> --invoke memory -1
;;= returned -1; 1 call
;;> --invoke memory_last_byte 1000
;;= returned 0; 0 calls
;;> --invoke memory_beyond 10
;;= trapped: out of bounds memory access; 0 calls
;;> --invoke table 1000000
;;= returned 1; 1 call
;;> --invoke table_last 1000000
;;= returned 1; 0 calls
;;> --invoke table -1
;;= returned -1; 1 call
;;> --invoke sizes_after_refusal
;;= returned 2; 0 calls
;;> --invoke table -2 --memory 600M
;;= returned -1; 1 call
(module
  (import "host" "stop" (func $stop))
  (memory 1)
  (table $t 1 funcref)
  (func (export "memory") (param i32) (result i32) (memory.grow (local.get 0)) (call $stop))
  (func (export "memory_last_byte") (param i32) (result i32)
    (if (i32.eq (memory.grow (local.get 0)) (i32.const -1)) (then (return (i32.const 0))))
    (i32.load8_u (i32.sub (i32.mul (memory.size) (i32.const 65536)) (i32.const 1))))
  (func (export "memory_beyond") (param i32) (result i32)
    (drop (memory.grow (local.get 0))) (i32.load8_u (i32.mul (memory.size) (i32.const 65536))))
  (func (export "table") (param i32) (result i32) (table.grow $t (ref.null func) (local.get 0)) (call $stop))
  (func (export "table_last") (param i32) (result i32)
    (if (i32.eq (table.grow $t (ref.null func) (local.get 0)) (i32.const -1)) (then (return (i32.const 1))))
    (ref.is_null (table.get $t (i32.sub (table.size $t) (i32.const 1)))))
  (func (export "sizes_after_refusal") (result i32)
    (drop (memory.grow (i32.const -1))) (drop (table.grow $t (ref.null func) (i32.const -1)))
    (i32.add (memory.size) (table.size $t))))
