;; Functions of the module's own and imports are put into a table at run time, in any place: each is called as what it is, and
;; one of the module's own loads from the module's memory.
;;
;;> --invoke at_first
;;> --invoke own 0
;;> --invoke own 1
;;> --invoke own 2
;;> --invoke own 7
;;> --invoke own_in_place_of_import
;;= returned 100; 0 calls
;;> --invoke import 0
;;> --invoke import 1
;;> --invoke import 2
;;= returned 0; 1 call
;;> --invoke import 0 --exit-at import
;;= exited early with exit code: 1; 1 call
(module
  (import "env" "import" (func $import (result i32)))
  (memory 1)
  (data (i32.const 0) "\64")
  (table 8 funcref)
  (elem (i32.const 0) $load $import)
  (elem declare func $load8)
  (func $load (result i32) (i32.load (i32.const 0)))
  (func $load8 (result i32) (i32.load8_u (i32.const 0)))
  (func (export "at_first") (result i32) (call_indirect (result i32) (i32.const 0)))
  (func (export "own") (param $place i32) (result i32)
    (table.set (local.get $place) (ref.func $load8))
    (call_indirect (result i32) (local.get $place)))
  (func (export "own_in_place_of_import") (result i32)
    (table.set (i32.const 1) (ref.func $load8))
    (call_indirect (result i32) (i32.const 1)))
  (func (export "import") (param $place i32) (result i32)
    (table.set (local.get $place) (ref.func $import))
    (call_indirect (result i32) (local.get $place))))
