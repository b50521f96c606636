;; Loops that never end by themselves. Each first calls the host's `running`; only `poll` calls it again.
(module
  (import "env" "running" (func $running))
  (memory (export "memory") 1)
  (global $sum (mut i32) (i32.const 0))

  ;; Calls the host once and returns.
  (func (export "once") (call $running))

  ;; Traps if `at` is beyond the only page.
  (func (export "load") (param $at i32) (result i32) (i32.load (local.get $at)))

  ;; A loop of arithmetic only.
  (func (export "count") (param $n i32)
    (call $running)
    (loop $again
      (local.set $n (i32.add (local.get $n) (i32.const 1)))
      (global.set $sum (i32.xor (global.get $sum) (local.get $n)))
      (br $again)))

  ;; A loop of loads and stores: counts in memory, so that each iteration depends on the previous one.
  (func (export "churn") (param $at i32)
    (call $running)
    (loop $again
      (i32.store (local.get $at) (i32.add (i32.load (local.get $at)) (i32.const 1)))
      (br $again)))

  ;; A loop that calls the host in each iteration.
  (func (export "poll")
    (loop $again (call $running) (br $again))))
