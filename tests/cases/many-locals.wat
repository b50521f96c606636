;; 10,000 and 30,000 locals: the limit for them is 50,000.
;;
;;> --invoke fewer 3
;;= returned 3; 1 call
;;> --invoke unused 3
;;= returned 0; 1 call
;;> --invoke unused 3 --exit-at stop
;;= exited early with exit code: 1; 1 call
(module
  (import "host" "stop" (func $stop))
  (func (export "unused") (param i32) (result i32) (local (;repeat 30000;) i32 (;end;)) (call $stop) (local.get 30000))
  (func (export "fewer") (param i32) (result i32) (local (;repeat 10000;) i64 (;end;)) (call $stop) (local.get 0)))
