;; `select` by whether a number is zero.
;;
;;> --invoke eqz 0
;;= returned 1; 0 calls
;;> --invoke eqz 1
;;> --invoke eqz 5
;;> --invoke ne 0 0
;;= returned 2; 0 calls
;;> --invoke ne 5 0
;;= returned 1; 0 calls
;;> --invoke eqz_64 0
;;= returned 1.0; 0 calls
;;> --invoke eqz_64 5
;;= returned 2.0; 0 calls
;;> --invoke eq 3 3
;;= returned 1; 0 calls
;;> --invoke eq 3 4
;;> --invoke nested 0
;;= returned 2; 0 calls
;;> --invoke nested 5
;;> --invoke branch 0
;;= returned 1; 0 calls
;;> --invoke branch 5
;;= returned 2; 0 calls
(module
  (memory (export "memory") 2)
  (func (export "eqz") (param i32) (result i32) (select (i32.const 1) (i32.const 2) (i32.eqz (local.get 0))))
  (func (export "ne") (param i32 i32) (result i64)
    (local.set 1 (i32.add (local.get 1) (i32.const 7)))
    (select (i64.const 1) (i64.const 2) (i32.ne (local.get 0) (i32.const 0))))
  (func (export "eqz_64") (param i64) (result f64) (select (f64.const 1) (f64.const 2) (i64.eqz (local.get 0))))
  (func (export "eq") (param i32 i32) (result i32) (select (i32.const 1) (i32.const 2) (i32.eq (local.get 0) (local.get 1))))
  (func (export "nested") (param i32) (result i32) (select (i32.const 1) (i32.const 2) (i32.eqz (i32.eqz (local.get 0)))))
  (func (export "branch") (param i32) (result i32) (if (result i32) (i32.eqz (local.get 0)) (then (i32.const 1)) (else (i32.const 2)))))
