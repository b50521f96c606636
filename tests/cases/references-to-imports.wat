;; `funcref` and `externref` go to imports and come back, in registers and on the stack.
;; Reports: wasmer#4169, wasmer#6139, wasmer#6791.
;;
;;> --invoke few null
;;= returned 1; 1 call
;;> --invoke few null --exit-at few
;;= exited early with exit code: 1; 1 call
;;> --invoke few 7
;;= returned 1; 1 call
;;> --invoke few 7 --exit-at few
;;= exited early with exit code: 1; 1 call
;;> --invoke many null
;;= returned 1; 1 call
;;> --invoke many null --exit-at many
;;= exited early with exit code: 1; 1 call
;;> --invoke many 7
;;= returned 1; 1 call
;;> --invoke many 7 --exit-at many
;;= exited early with exit code: 1; 1 call
;;> --invoke kept 7
;;= returned[..]; 1 call
;;> --invoke kept 7 --exit-at stop
;;= exited early with exit code: 1; 1 call
;;> --invoke beyond 7 --exit-at stop
;;= trapped: out of bounds table access; 0 calls
(module
  (import "host" "few" (func $few (param funcref externref) (result externref)))
  (import "host" "many" (func $many
    (param i32 i64 f32 f64 externref i32 i64 f32 f64 funcref i32 i64 externref i64 funcref) (result funcref)))
  (import "host" "stop" (func $stop (param externref)))
  (table $kept 2 externref)
  (elem declare func $itself)
  (func $itself (export "few") (param externref) (result i32)
    (ref.is_null (call $few (ref.func $itself) (local.get 0))))
  (func (export "many") (param externref) (result i32)
    (ref.is_null (call $many (i32.const 1) (i64.const 2) (f32.const 3) (f64.const 4) (local.get 0)
      (i32.const 5) (i64.const 6) (f32.const 7) (f64.const 8) (ref.func $itself)
      (i32.const 9) (i64.const 10) (local.get 0) (i64.const 11) (ref.null func))))
  ;; kept across a call of the host, and handed back by it
  (func (export "kept") (param externref) (result externref)
    (table.set $kept (i32.const 1) (local.get 0))
    (call $stop (local.get 0))
    (table.get $kept (i32.const 1)))
  (func (export "beyond") (param externref) (result externref)
    (table.set $kept (i32.const 1) (local.get 0))
    (call $stop (table.get $kept (i32.const 2)))
    (local.get 0)))
