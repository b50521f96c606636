;; Endless work for those who stop it. The host's `begin` takes the budget away, checks a deadline, or notes that the guest runs.
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

  ;; Recursion: goes down 1,000 frames, calls the host at the bottom, comes back up, and begins again.
  (func (export "recursion")
    (loop $again
      (call $descend (i32.const 1000))
      (br $again)))

  (func $descend (param $left i32)
    (if (local.get $left)
      (then (call $descend (i32.sub (local.get $left) (i32.const 1))))
      (else (call $begin)))
    (global.set $sum (i32.xor (global.get $sum) (local.get $left))))

  ;; Calls the host in each turn.
  (func (export "poll") (loop $again (call $begin) (br $again))))
