;; Loops that never end by themselves. Each first tells the host that it runs; only `poll` ever asks again.
(module
  (import "env" "running" (func $running))
  (memory (export "memory") 1)
  (global $sum (mut i32) (i32.const 0))

  ;; Asks once and returns.
  (func (export "once") (call $running))

  ;; Traps by itself, when `at` lies beyond the one page.
  (func (export "load") (param $at i32) (result i32) (i32.load (local.get $at)))

  ;; Nothing but arithmetic.
  (func (export "count") (param $n i32)
    (call $running)
    (loop $again
      (local.set $n (i32.add (local.get $n) (i32.const 1)))
      (global.set $sum (i32.xor (global.get $sum) (local.get $n)))
      (br $again)))

  ;; Loads and stores: counts in memory, where each turn waits for the one before.
  (func (export "churn") (param $at i32)
    (call $running)
    (loop $again
      (i32.store (local.get $at) (i32.add (i32.load (local.get $at)) (i32.const 1)))
      (br $again)))

  ;; Asks the host each time around.
  (func (export "poll")
    (loop $again (call $running) (br $again))))
