;; Three kernels of different character. src/benchmark/floor/kernel.rs says the same in Rust.
(module
  ;; 256 KiB.
  (memory 4)

  ;; Calls: the nth Fibonacci number, by recursion.
  (func $fib (export "fib") (param $n i32) (result i32)
    (if (i32.lt_s (local.get $n) (i32.const 2)) (then (return (local.get $n))))
    (i32.add
      (call $fib (i32.sub (local.get $n) (i32.const 1)))
      (call $fib (i32.sub (local.get $n) (i32.const 2)))))

  ;; Memory: writes so many words (a power of two, 65536 at most) one after the other, then reads them in the order of
  ;; a stride, and mixes them.
  (func (export "sweep") (param $words i32) (result i32)
    (local $at i32)
    (local $left i32)
    (local $mix i32)
    (block $written
      (loop $again
        (br_if $written (i32.ge_s (local.get $at) (local.get $words)))
        (i32.store (i32.shl (local.get $at) (i32.const 2)) (i32.mul (local.get $at) (i32.const -1640531527)))
        (local.set $at (i32.add (local.get $at) (i32.const 1)))
        (br $again)))
    (local.set $at (i32.const 0))
    (local.set $left (local.get $words))
    (block $read
      (loop $again
        (br_if $read (i32.eqz (local.get $left)))
        (local.set $mix
          (i32.xor
            (i32.rotl (local.get $mix) (i32.const 5))
            (i32.load (i32.shl (local.get $at) (i32.const 2)))))
        (local.set $at
          (i32.and
            (i32.add (local.get $at) (i32.const 4099))
            (i32.sub (local.get $words) (i32.const 1))))
        (local.set $left (i32.sub (local.get $left) (i32.const 1)))
        (br $again)))
    (local.get $mix))

  ;; Arithmetic: so many rounds of a hash, each of which needs the one before.
  (func (export "hash") (param $rounds i32) (result i64)
    (local $state i64)
    (local $round i64)
    (local $end i64)
    (local.set $state (i64.const 0x9e3779b97f4a7c15))
    (local.set $end (i64.extend_i32_s (local.get $rounds)))
    (block $done
      (loop $again
        (br_if $done (i64.ge_s (local.get $round) (local.get $end)))
        (local.set $state
          (i64.rotl
            (i64.mul (i64.xor (local.get $state) (local.get $round)) (i64.const 0x2545f4914f6cdd1d))
            (i64.const 23)))
        (local.set $state
          (i64.xor (local.get $state) (i64.shr_u (local.get $state) (i64.const 32))))
        (local.set $round (i64.add (local.get $round) (i64.const 1)))
        (br $again)))
    (local.get $state)))
