;; Frames of more than 9 KiB, larger than a guard page: 1,200 locals that live across a call, and 900 parameters.
;; Recursion must end in the trap wherever the frame comes to lie.
;; Reports: wasmtime#5340, wasmtime#9093.
;;
;;> --invoke locals -1
;;> --invoke parameters -1
;;= trapped: call stack exhausted; 0 calls
;;> --invoke locals 20 --exit-at stop
;;> --invoke parameters 20 --exit-at stop
;;= exited early with exit code: 1; 1 call
;;> --invoke locals 20
;;= returned 231; 1 call
;;> --invoke parameters 20
;;= returned 384; 1 call
(module
  (import "host" "stop" (func $stop))
  (memory (export "memory") 1 1)
  (data (i32.const 0) "\01\00\00\00\00\00\00\00\02\00\00\00\00\00\00\00\03") (data (i32.const 9592) "\05")
  (func $locals (export "locals") (param $levels i32) (result i64)
    (local $at i32) (local $sum i64)
    (;repeat 1200;) (local $l# i64) (;end;)
    (;repeat 1200;) (local.set $l# (i64.load (local.get $at))) (local.set $at (i32.add (local.get $at) (i32.const 8))) (;end;)
    (if (local.get $levels)
      (then (local.set $sum (call $locals (i32.sub (local.get $levels) (i32.const 1)))))
      (else (call $stop)))
    (;repeat 1200;) (local.set $sum (i64.add (local.get $sum) (local.get $l#))) (;end;)
    (local.get $sum))
  (type $many (func (param i32) (;repeat 900;) (param i64) (;end;) (result i64)))
  (func $many (type $many) (param $levels i32) (;repeat 900;) (param $p# i64) (;end;) (result i64)
    (if (local.get $levels)
      (then
        (return (i64.add (local.get $p899) (call $many (i32.sub (local.get $levels) (i32.const 1))
          (;repeat 900;) (i64.add (local.get $p#) (i64.const 1)) (;end;)))))
      (else (call $stop)))
    (i64.add (local.get $p0) (local.get $p899)))
  (func (export "parameters") (param $levels i32) (result i64)
    (call $many (local.get $levels) (;repeat 900;) (i64.const 7) (;end;))))
