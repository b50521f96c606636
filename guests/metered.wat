;; Work that can be counted: as much as the caller asks for. `count(n)` is 8 n + 4 instructions, `end`s included;
;; `count_and_exit(n)` up to its exit is 5 more.
(module
  (import "env" "early_exit" (func $early_exit (param i32)))
  (import "env" "charge" (func $charge))

  ;; Goes around n times (at least once), and returns n.
  (func $count (export "count") (param $n i32) (result i32)
    (local $i i32)
    (loop $again
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br_if $again (i32.lt_u (local.get $i) (local.get $n))))
    (local.get $i))

  ;; The same, then asks the host to end it with `code`, and returns n where it does not.
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

  ;; Traps by itself, with the trap that running out of points looks like.
  (func (export "stop") unreachable))
