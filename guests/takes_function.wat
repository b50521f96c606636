;; The early-exit guest with an export that takes a function reference.
(module
  (import "env" "early_exit" (func $early_exit (param i32)))
  (func (export "run") (param $code i32) (param $n i32) (result i32)
    (call $early_exit (local.get $code))
    (i32.add (local.get $code) (local.get $n)))
  ;; Returns 1 for a null reference, otherwise 0.
  (func (export "is_null") (param $function funcref) (result i32)
    (ref.is_null (local.get $function))))
