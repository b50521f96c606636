;; Exceptions that are caught, not caught, thrown again, of an imported tag and with a payload; traps and exits from handlers.
;;
;;> --invoke uncaught
;;= trapped: uncaught exception; 0 calls
;;> --invoke uncaught_deep 0
;;= returned; 0 calls
;;> --invoke uncaught_deep 500
;;= trapped: uncaught exception; 0 calls
;;> --invoke caught_deep 500
;;= returned 1; 0 calls
;;> --invoke throw_ref_null
;;= trapped: null reference; 0 calls
;;> --invoke wrong_tag
;;= trapped: uncaught exception; 0 calls
;;> --invoke payload
;;= returned 4.5; 0 calls
;;> --invoke through_indirect 9
;;= returned 9; 0 calls
;;> --invoke inner_first
;;= returned 1; 0 calls
;;> --invoke rethrown
;;= returned 3; 0 calls
;;> --invoke trap_in_handler 0
;;= trapped: integer divide by zero; 0 calls
;;> --invoke locals_kept 2
;;= returned 42; 0 calls
;;> --invoke exit_after_catch --exit-at stop
;;= exited early with exit code: 1; 1 call
(module
  (import "host" "stop" (func $stop))
  (import "host" "imported" (tag $imported (param i32)))
  (tag $none) (tag $many (param i32 i64 f32 f64 i32 i64))
  (type $t (func (param i32) (result i32)))
  (table funcref (elem $throws))
  (func $throws (param i32) (result i32) (throw $imported (local.get 0)))
  (func (export "uncaught") (throw $none))
  (func (export "uncaught_deep") (param i32) (if (local.get 0) (then (call $deep (local.get 0)))))
  (func $deep (param i32) (if (i32.eqz (local.get 0)) (then (throw $none))) (call $deep (i32.sub (local.get 0) (i32.const 1))))
  (func (export "caught_deep") (param i32) (result i32)
    (block $c (try_table (catch $none $c) (call $deep (local.get 0))) (return (i32.const 0))) (i32.const 1))
  (func (export "throw_ref_null") (throw_ref (ref.null exn)))
  (func (export "wrong_tag") (result i32)
    (block $c (result i32) (try_table (catch $imported $c) (throw $none)) (i32.const 0)))
  (func (export "payload") (result f64) (local f64)
    (block $c (result i32 i64 f32 f64 i32 i64)
      (try_table (catch $many $c) (throw $many (i32.const 1) (i64.const 2) (f32.const 3) (f64.const 4.5) (i32.const 5) (i64.const 6)))
      (unreachable))
    (drop) (drop) (local.set 0) (drop) (drop) (drop) (local.get 0))
  (func (export "through_indirect") (param i32) (result i32)
    (block $c (result i32)
      (drop (try_table (result i32) (catch $imported $c) (call_indirect (type $t) (local.get 0) (i32.const 0))))
      (i32.const -1)))
  (func (export "inner_first") (result i32)
    (block $outer (block $inner
      (try_table (catch_all $outer) (try_table (catch_all $inner) (throw $none))))
      (return (i32.const 1)))
    (i32.const 2))
  (func (export "rethrown") (result i32)
    (block $outer (result exnref)
      (try_table (result exnref) (catch_all_ref $outer)
        (block $inner (result exnref) (try_table (catch_all_ref $inner) (throw $none)) (unreachable))
        (throw_ref)))
    (drop) (i32.const 3))
  (func (export "exit_after_catch") (block $c (try_table (catch_all $c) (throw $none))) (call $stop))
  (func (export "trap_in_handler") (param i32) (result i32)
    (block $c (try_table (catch_all $c) (throw $none))) (i32.div_u (i32.const 1) (local.get 0)))
  (func (export "locals_kept") (param i32) (result i32) (local i32)
    (local.set 1 (i32.const 40))
    (block $c (try_table (catch_all $c) (local.set 1 (i32.add (local.get 1) (local.get 0))) (throw $none)))
    (local.get 1)))
