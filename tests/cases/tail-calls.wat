;; Tail calls do not use up the stack, direct or indirect, to fewer or more parameters; their traps.
;;
;;> --invoke sum 1000000 0
;;= returned 500000500000; 0 calls
;;> --invoke null
;;> --invoke even 1
;;= trapped: uninitialized element; 0 calls
;;> --invoke beyond 3
;;> --invoke beyond -1
;;= trapped: out of bounds table access; 0 calls
;;> --invoke mismatch
;;= trapped: indirect call type mismatch; 0 calls
;;> --invoke into_trap 0
;;= trapped: integer divide by zero; 0 calls
;;> --invoke wide 100000
;;= returned 9; 1 call
;;> --invoke wide 100000 --exit-at stop
;;= exited early with exit code: 1; 1 call
(module
  (import "host" "stop" (func $stop))
  (type $t (func (param i64 i64) (result i64)))
  (table 3 funcref)
  (elem (i32.const 0) $sum $even)
  (func $sum (export "sum") (type $t) (if (result i64) (i64.eqz (local.get 0)) (then (local.get 1)) (else (return_call $sum (i64.sub (local.get 0) (i64.const 1)) (i64.add (local.get 0) (local.get 1))))))
  (func $even (type $t) (if (i64.eqz (local.get 0)) (then (return (i64.const 1)))) (return_call_indirect (type $t) (i64.sub (local.get 0) (i64.const 1)) (local.get 1) (i32.const 2)))
  (func (export "null") (result i64) (return_call_indirect (type $t) (i64.const 1) (i64.const 1) (i32.const 2)))
  (func (export "even") (param i64) (result i64) (return_call $even (local.get 0) (i64.const 0)))
  (func (export "beyond") (param i32) (result i64) (return_call_indirect (type $t) (i64.const 1) (i64.const 1) (local.get 0)))
  (func (export "mismatch") (return_call_indirect (i32.const 0)))
  (func $trap (param i32) (result i32) (i32.div_s (i32.const 1) (local.get 0)))
  (func (export "into_trap") (param i32) (result i32) (return_call $trap (local.get 0)))
  (func $wide (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32) (result i32) (if (result i32) (local.get 0) (then (return_call $narrow (i32.sub (local.get 0) (i32.const 1)))) (else (call $stop) (local.get 9))))
  (func $narrow (param i32) (result i32) (return_call $wide (local.get 0) (i32.const 1) (i32.const 2) (i32.const 3) (i32.const 4) (i32.const 5) (i32.const 6) (i32.const 7) (i32.const 8) (i32.const 9)))
  (func (export "wide") (param i32) (result i32) (return_call $narrow (local.get 0))))
