;; The exported function tail-calls an import: no guest frame is left when the import exits.
;; Reports: wasmtime#9418, wasmi#1329, wasmi#1999.
;;
;;> --invoke direct --exit-at stop
;;= exited early with exit code: 1; 1 call
;;> --invoke direct
;;= returned 0; 1 call
;;> --invoke indirect --exit-at stop
;;= exited early with exit code: 1; 1 call
;;> --invoke indirect
;;= returned 0; 1 call
;;> --invoke wider 1 --exit-at stop_with
;;= exited early with exit code: 1; 1 call
;;> --invoke wider 1
;;= returned 0; 1 call
;;> --invoke after_hops 100000 --exit-at stop
;;= exited early with exit code: 1; 1 call
;;> --invoke after_hops 100000
;;= returned 0; 1 call
;;> --invoke below_a_frame --exit-at stop
;;= exited early with exit code: 1; 1 call
;;> --invoke below_a_frame
;;= returned 1; 1 call
;;> --invoke wrong_type
;;= trapped: out of bounds table access; 0 calls
;;> --invoke often 1000000
;;= returned 3; 1000000 calls
;;> --invoke often 1000000 --exit-at stop#900000
;;= exited early with exit code: 1; 900000 calls
(module
  (import "host" "stop" (func $stop (result i32)))
  (import "host" "stop_with" (func $stop_with (param i32 i64 f64 i32 i64 f64 i32 i64) (result i32)))
  (type $plain (func (result i32)))
  (table funcref (elem $stop))
  (func (export "direct") (result i32) (return_call $stop))
  (func (export "indirect") (result i32) (return_call_indirect (type $plain) (i32.const 0)))
  ;; more arguments than the caller has, some on the stack
  (func (export "wider") (param i32) (result i32)
    (return_call $stop_with (local.get 0) (i64.const 2) (f64.const 3) (i32.const 4)
      (i64.const 5) (f64.const 6) (i32.const 7) (i64.const 8)))
  ;; a hundred thousand tail calls first: no stack is used up on the way
  (func $hop (param i32) (result i32)
    (if (local.get 0) (then (return_call $hop (i32.sub (local.get 0) (i32.const 1)))))
    (return_call $stop))
  (func (export "after_hops") (param i32) (result i32) (return_call $hop (local.get 0)))
  ;; the frame below stays, and adds one
  (func $inner (result i32) (return_call $stop))
  (func (export "below_a_frame") (result i32) (i32.add (call $inner) (i32.const 1)))
  ;; the same a million times in a loop: nothing may be left on any stack
  (func (export "often") (param i32) (result i32)
    (loop $l (drop (call $inner)) (br_if $l (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))
    (i32.const 3))
  (func (export "wrong_type") (result i32) (return_call_indirect (type $plain) (i32.const 1))))
