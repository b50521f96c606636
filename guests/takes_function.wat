;; The early-exit guest, with a function that takes a reference to another.
(module
  (import "env" "early_exit" (func $early_exit (param i32)))
  (func (export "run") (param $code i32) (param $n i32) (result i32)
    (call $early_exit (local.get $code))
    (i32.add (local.get $code) (local.get $n)))
  ;; 1 where there is no function, 0 where there is.
  (func (export "is_null") (param $function funcref) (result i32)
    (ref.is_null (local.get $function))))
