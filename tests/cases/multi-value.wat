;; 400 results, and blocks and loops with parameters.
;;
;;> --invoke sum
;;= returned 1000.0; 1 call
;;> --invoke trap_among 0
;;= trapped: integer divide by zero; 0 calls
;;> --invoke trap_among 2
;;= returned 1, 2, 0.0; 0 calls
;;> --invoke block 0
;;= returned 7; 0 calls
;;> --invoke block 1
;;= returned 6; 0 calls
;;> --invoke loop 4
;;= returned 10; 0 calls
;;> --invoke sum --exit-at stop
;;= exited early with exit code: 1; 1 call
(module
  (import "host" "stop" (func $stop))
  (func $many (result (;repeat 100;) i32 i64 f32 f64 (;end;))
    (;repeat 100;) (i32.const 1) (i64.const 2) (f32.const 3) (f64.const 4) (;end;))
  (func (export "returned") (result (;repeat 100;) i32 i64 f32 f64 (;end;)) (call $many))
  (func (export "sum") (result f64) (local $sum f64)
    (call $many)
    (;repeat 100;) (local.set $sum (f64.add (local.get $sum))) (local.set $sum (f64.add (f64.promote_f32) (local.get $sum)))
      (local.set $sum (f64.add (f64.convert_i64_s) (local.get $sum))) (local.set $sum (f64.add (f64.convert_i32_s) (local.get $sum))) (;end;)
    (call $stop) (local.get $sum))
  (func (export "trap_among") (param i32) (result i32 i64 f64) (i32.const 1) (i64.const 2) (f64.convert_i32_s (i32.div_u (i32.const 1) (local.get 0))))
  (func (export "block") (param i32) (result i32)
    (i32.const 1) (i32.const 2)
    (block (param i32 i32) (result i32 i32 i32) (br_if 0 (i32.const 3) (local.get 0)) (drop) (i32.const 4))
    (i32.add) (i32.add))
  (func (export "loop") (param i32) (result i32)
    (i32.const 0) (local.get 0)
    (loop $l (param i32 i32) (result i32)
      (local.set 0) (i32.add (local.get 0)) (local.get 0) (i32.const 1) (i32.sub) (local.tee 0)
      (br_if $l (local.get 0)) (drop))))
