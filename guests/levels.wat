;; A level of a tower: the host calls the guest, which calls the host, which may call the guest again.
(module
  (import "env" "down" (func $down (param i32) (result i32)))
  (global $entered (export "entered") (mut i32) (i32.const 0))
  (global $left (export "left") (mut i32) (i32.const 0))
  ;; Returns one more than the host function did. The globals count the levels that were entered, and those that
  ;; were left by returning.
  (func (export "level") (param $n i32) (result i32)
    (local $below i32)
    (global.set $entered (i32.add (global.get $entered) (i32.const 1)))
    (local.set $below (call $down (local.get $n)))
    (global.set $left (i32.add (global.get $left) (i32.const 1)))
    (i32.add (local.get $below) (i32.const 1))))
