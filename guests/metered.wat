;; Work with a known number of instructions. `count(n)` has 8 n + 4, including each `end`. `count_and_exit(n)` has 5 more before
;; its exit.
(module
  (import "env" "early_exit" (func $early_exit (param i32)))
  (import "env" "charge" (func $charge))

  ;; Loops n times (at least once), and returns n.
  (func $count (export "count") (param $n i32) (result i32)
    (local $i i32)
    (loop $again
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br_if $again (i32.lt_u (local.get $i) (local.get $n))))
    (local.get $i))

  ;; Calls `count(n)`, then the host's `early_exit` with `code`. Returns n if the host returns.
  (func (export "count_and_exit") (param $n i32) (param $code i32) (result i32)
    (local.set $n (call $count (local.get $n)))
    (call $early_exit (local.get $code))
    (local.get $n))

  ;; Calls the host n times (at least once), and returns n.
  (func (export "be_charged") (param $n i32) (result i32)
    (local $i i32)
    (loop $again
      (call $charge)
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br_if $again (i32.lt_u (local.get $i) (local.get $n))))
    (local.get $i))

  ;; Traps by itself, with the trap of a guest that runs out of points.
  (func (export "stop") unreachable))
