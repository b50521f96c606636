;; Endless work, to be stopped. The host's `begin` takes the budget away, checks a deadline, or records that the guest runs.
(module
  (import "env" "begin" (func $begin))
  (global $sum (mut i32) (i32.const 0))

  ;; A tight loop, after one call of the host.
  (func (export "loop")
    (local $n i32)
    (call $begin)
    (loop $again
      (local.set $n (i32.add (local.get $n) (i32.const 1)))
      (global.set $sum (i32.xor (global.get $sum) (local.get $n)))
      (br $again)))

  ;; Recursion: descends 1,000 frames, calls the host at the bottom, returns through all frames, and begins again.
  (func (export "recursion")
    (loop $again
      (call $descend (i32.const 1000))
      (br $again)))

  (func $descend (param $left i32)
    (if (local.get $left)
      (then (call $descend (i32.sub (local.get $left) (i32.const 1))))
      (else (call $begin)))
    (global.set $sum (i32.xor (global.get $sum) (local.get $left))))

  ;; A loop that calls the host in each iteration.
  (func (export "poll") (loop $again (call $begin) (br $again))))
