;; 32 values stay live across direct, wide and indirect calls of imports.
;; Reports: wasmer#2329, wasmer#4934, wasmtime#9554.
;;
;;> --invoke run 1
;;= returned 59.25; 3 calls
;;> --invoke run 1000
;;= returned 4294983464.375; 3000 calls
;;> --invoke run 1000 --exit-at wide#777
;;= exited early with exit code: 1; 2330 calls
;;> --invoke run 1000 --exit-at tick#1001
;;= exited early with exit code: 1; 1501 calls
(module
  (import "host" "tick" (func $tick))
  (import "host" "wide" (func $wide (param f64 i64 f32 i32 f64 i64 f32 i32 f64 i64) (result f32)))
  (type $plain (func))
  (table funcref (elem $tick))
  (global $seen (export "seen") (mut i32) (i32.const 0))
  (func (export "run") (param $n i32) (result f64)
    (local $a i64) (local $b i64) (local $c i64) (local $d i64) (local $e i32) (local $f i32) (local $g i32) (local $h i32)
    (local $p f64) (local $q f64) (local $r f64) (local $s f64) (local $t f32) (local $u f32) (local $v f32) (local $w f32)
    (local.set $a (i64.const 0x100000001)) (local.set $b (i64.const -2)) (local.set $c (i64.const 3)) (local.set $d (i64.const 4))
    (local.set $e (i32.const 5)) (local.set $f (i32.const -6)) (local.set $g (i32.const 7)) (local.set $h (i32.const 8))
    (local.set $p (f64.const 0.5)) (local.set $q (f64.const 0.25)) (local.set $r (f64.const -8)) (local.set $s (f64.const 16))
    (local.set $t (f32.const 0.125)) (local.set $u (f32.const 2)) (local.set $v (f32.const -4)) (local.set $w (f32.const 32))
    (loop $l
      (global.set $seen (i32.add (global.get $seen) (i32.const 1)))
      (i64.add (local.get $a) (local.get $d))
      (f64.mul (local.get $s) (local.get $p))
      (i32.sub (local.get $e) (local.get $f))
      (f32.add (local.get $t) (local.get $w))
      (call $tick)
      (call $wide (local.get $p) (local.get $a) (local.get $t) (local.get $e) (local.get $q) (local.get $b) (local.get $u)
        (local.get $f) (local.get $r) (local.get $c))
      (call_indirect (type $plain) (i32.const 0))
      (f32.sub (local.get $v))
      (f32.add)
      (local.set $w)
      (local.set $e (i32.add (local.get $g)))
      (local.set $s (f64.add (local.get $q)))
      (local.set $d (i64.xor (local.get $b)))
      (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (f64.add (f64.add (f64.convert_i64_s (i64.add (i64.add (local.get $a) (local.get $b)) (i64.add (local.get $c) (local.get $d))))
        (f64.convert_i32_s (i32.add (i32.add (local.get $e) (local.get $f)) (i32.add (local.get $g) (local.get $h)))))
      (f64.add (f64.add (f64.add (local.get $p) (local.get $q)) (f64.add (local.get $r) (local.get $s)))
        (f64.promote_f32 (f32.add (f32.add (local.get $t) (local.get $u)) (f32.add (local.get $v) (local.get $w))))))))
