;; Recursion by direct and indirect calls, with values to be kept, and inside blocks.
;;
;;> --invoke mutual 1000
;;= returned 1000; 1 call
;;> --invoke mutual -1
;;> --invoke values 1 2 3 4
;;> --invoke in_block 1
;;= trapped: call stack exhausted; 0 calls
;;> --invoke mutual 1000 --exit-at stop
;;= exited early with exit code: 1; 1 call
(module
  (import "host" "stop" (func $stop))
  (type $t (func (param i32) (result i32)))
  (table funcref (elem $a $b))
  (memory 1)
  (func $a (type $t) (if (result i32) (local.get 0) (then (i32.add (i32.const 1) (call_indirect (type $t) (i32.sub (local.get 0) (i32.const 1)) (i32.and (local.get 0) (i32.const 1))))) (else (call $stop) (i32.const 0))))
  (func $b (type $t) (if (result i32) (local.get 0) (then (i32.add (i32.const 1) (call $a (i32.sub (local.get 0) (i32.const 1))))) (else (call $stop) (i32.const 0))))
  (func (export "mutual") (param i32) (result i32) (call $a (local.get 0)))
  (func $vals (export "values") (param i64 f32 f64 i32) (result f64)
    (f64.add (local.get 2) (call $vals (local.get 0) (local.get 1) (local.get 2) (i32.add (local.get 3) (i32.const 1)))))
  (func $in_block (export "in_block") (param i32) (result i32) (block (result i32) (loop (result i32) (i32.add (call $in_block (local.get 0)) (local.get 0))))))
