;; One level of a recursion: the host calls the guest, which calls the host, which may call the guest again.
(module
  (import "env" "down" (func $down (param i32) (result i32)))
  (global $entered (export "entered") (mut i32) (i32.const 0))
  (global $left (export "left") (mut i32) (i32.const 0))
  ;; Returns the host function's result plus 1, and traps by a division by zero if the result is -1. The globals count the
  ;; entered levels and the returned levels.
  (func (export "level") (param $n i32) (result i32)
    (local $below i32)
    (global.set $entered (i32.add (global.get $entered) (i32.const 1)))
    (local.set $below (i32.add (call $down (local.get $n)) (i32.const 1)))
    (drop (i32.div_u (i32.const 1) (local.get $below)))
    (global.set $left (i32.add (global.get $left) (i32.const 1)))
    (local.get $below)))
