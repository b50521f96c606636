;; Kernels of different kinds. src/catalog/benchmark/native/kernel.rs has the same kernels in Rust.
(module
  ;; 256 KiB.
  (memory 4)

  ;; Calls: the nth Fibonacci number, by recursion.
  (func $fib (export "fib") (param $n i32) (result i32)
    (if (i32.lt_s (local.get $n) (i32.const 2)) (then (return (local.get $n))))
    (i32.add
      (call $fib (i32.sub (local.get $n) (i32.const 1)))
      (call $fib (i32.sub (local.get $n) (i32.const 2)))))

  ;; Memory: writes `words` words (a power of two, at most 65,536) in order, reads them with a stride, and mixes them.
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

  ;; Arithmetic: `rounds` rounds of a hash, each of which depends on the previous round.
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
    (local.get $state))

  ;; A tight loop: `turns` iterations of two arithmetic instructions, each of which depends on the previous iteration.
  (func (export "tight") (param $turns i32) (result i32)
    (local $state i32)
    (local.set $state (i32.const 1))
    (loop $again
      (local.set $state (i32.rotl (i32.add (local.get $state) (local.get $turns)) (i32.const 1)))
      (br_if $again (local.tee $turns (i32.sub (local.get $turns) (i32.const 1)))))
    (local.get $state))

  ;; Nested loops: for each of `rows` rows, 16 columns of 8 cells. Each cell depends on the previous cell.
  (func (export "nested") (param $rows i32) (result i32)
    (local $row i32)
    (local $column i32)
    (local $cell i32)
    (local $state i32)
    (loop $rows
      (local.set $column (i32.const 0))
      (loop $columns
        (local.set $cell (i32.const 0))
        (loop $cells
          (local.set $state
            (i32.rotl
              (i32.xor
                (local.get $state)
                (i32.add (i32.mul (local.get $row) (local.get $column)) (local.get $cell)))
              (i32.const 1)))
          (br_if $cells
            (i32.lt_u (local.tee $cell (i32.add (local.get $cell) (i32.const 1))) (i32.const 8))))
        (br_if $columns
          (i32.lt_u (local.tee $column (i32.add (local.get $column) (i32.const 1))) (i32.const 16))))
      (br_if $rows
        (i32.lt_u (local.tee $row (i32.add (local.get $row) (i32.const 1))) (local.get $rows))))
    (local.get $state))

  ;; Floating point: iterates the Mandelbrot map on a grid of `size` by `size` points until each point escapes, at most 64 steps
  ;; per point. Returns the sum of the steps.
  (func (export "float") (param $size i32) (result i32)
    (local $row i32)
    (local $column i32)
    (local $step i32)
    (local $steps i32)
    (local $scale f64)
    (local $cx f64)
    (local $cy f64)
    (local $x f64)
    (local $y f64)
    (local $next f64)
    (local.set $scale (f64.div (f64.const 3) (f64.convert_i32_s (local.get $size))))
    (loop $rows
      (local.set $cy
        (f64.sub (f64.mul (f64.convert_i32_s (local.get $row)) (local.get $scale)) (f64.const 1.5)))
      (local.set $column (i32.const 0))
      (loop $columns
        (local.set $cx
          (f64.sub (f64.mul (f64.convert_i32_s (local.get $column)) (local.get $scale)) (f64.const 2)))
        (local.set $x (f64.const 0))
        (local.set $y (f64.const 0))
        (local.set $step (i32.const 0))
        (block $escaped
          (loop $again
            (br_if $escaped
              (f64.gt
                (f64.add (f64.mul (local.get $x) (local.get $x)) (f64.mul (local.get $y) (local.get $y)))
                (f64.const 4)))
            (local.set $next
              (f64.add
                (f64.sub (f64.mul (local.get $x) (local.get $x)) (f64.mul (local.get $y) (local.get $y)))
                (local.get $cx)))
            (local.set $y
              (f64.add (f64.mul (f64.mul (f64.const 2) (local.get $x)) (local.get $y)) (local.get $cy)))
            (local.set $x (local.get $next))
            (br_if $again
              (i32.lt_u (local.tee $step (i32.add (local.get $step) (i32.const 1))) (i32.const 64)))))
        (local.set $steps (i32.add (local.get $steps) (local.get $step)))
        (br_if $columns
          (i32.lt_u (local.tee $column (i32.add (local.get $column) (i32.const 1))) (local.get $size))))
      (br_if $rows
        (i32.lt_u (local.tee $row (i32.add (local.get $row) (i32.const 1))) (local.get $size))))
    (local.get $steps))

  ;; Writes a number in decimal at address `at`, lowest digit first, and a comma. Returns the address after the comma.
  (func $format (param $at i32) (param $number i32) (result i32)
    (loop $digits
      (i32.store8 (local.get $at) (i32.add (i32.rem_u (local.get $number) (i32.const 10)) (i32.const 48)))
      (local.set $at (i32.add (local.get $at) (i32.const 1)))
      (br_if $digits (local.tee $number (i32.div_u (local.get $number) (i32.const 10)))))
    (i32.store8 (local.get $at) (i32.const 44))
    (i32.add (local.get $at) (i32.const 1)))

  ;; Parsing and hashing, byte by byte: writes `count` numbers (at most 16,384) as text, reads the text with a branch table by
  ;; character, and mixes the numbers with a hash of the bytes.
  (func (export "parse") (param $count i32) (result i32)
    (local $at i32)
    (local $end i32)
    (local $left i32)
    (local $byte i32)
    (local $number i32)
    (local $place i32)
    (local $sum i32)
    (local $hash i32)
    (local $state i32)
    (local.set $left (local.get $count))
    (local.set $state (i32.const 1))
    (loop $write
      (local.set $state (i32.add (i32.mul (local.get $state) (i32.const 1664525)) (i32.const 1013904223)))
      (local.set $end (call $format (local.get $end) (local.get $state)))
      (br_if $write (local.tee $left (i32.sub (local.get $left) (i32.const 1)))))
    (local.set $hash (i32.const 0x811c9dc5))
    (local.set $place (i32.const 1))
    (loop $read
      (local.set $byte (i32.load8_u (local.get $at)))
      (local.set $hash (i32.mul (i32.xor (local.get $hash) (local.get $byte)) (i32.const 0x01000193)))
      (block $next
        (block $wrong
          (block $digit
            (block $comma
              (br_table $comma $wrong $wrong $wrong $digit $digit $digit $digit $digit $digit $digit $digit $digit $digit $wrong
                (i32.sub (local.get $byte) (i32.const 44))))
            (local.set $sum (i32.xor (i32.rotl (local.get $sum) (i32.const 3)) (local.get $number)))
            (local.set $number (i32.const 0))
            (local.set $place (i32.const 1))
            (br $next))
          (local.set $number
            (i32.add
              (local.get $number)
              (i32.mul (i32.sub (local.get $byte) (i32.const 48)) (local.get $place))))
          (local.set $place (i32.mul (local.get $place) (i32.const 10)))
          (br $next))
        unreachable)
      (br_if $read
        (i32.lt_u (local.tee $at (i32.add (local.get $at) (i32.const 1))) (local.get $end))))
    (i32.xor (local.get $sum) (local.get $hash))))
