;; All timed exits and traps. All exports have two numbers as parameters and one as result, so that the host calls each in the
;; same way. Their outcomes depend on the arguments, so that a compiler cannot know them in advance.
(module
  (type $early_exit (func (param i32)))
  (type $binary (func (param i32 i32) (result i32)))
  (import "env" "early_exit" (func $early_exit (type $early_exit)))
  (memory 1)
  ;; The host function, two functions of other types, and a null element.
  (table $functions 4 funcref)
  (elem (i32.const 0) $early_exit $run $constant)
  (func $constant (result f64) (f64.const 0))

  ;; Calls the host's `early_exit` with `code`, and returns `code + n` if the host returns.
  (func $run (export "run") (param $code i32) (param $n i32) (result i32)
    (call $early_exit (local.get $code))
    (i32.add (local.get $code) (local.get $n)))
  (func (export "run_indirect") (param $code i32) (param $n i32) (result i32)
    (call_indirect $functions (type $early_exit) (local.get $code) (i32.const 0))
    (i32.add (local.get $code) (local.get $n)))

  ;; Calls `early_exit` below `n` frames (at least one), or traps there by `unreachable` if `code` is negative. The memory
  ;; accesses after the inner call keep a compiler from turning the recursion into a loop.
  (func $deep (export "deep") (param $code i32) (param $n i32) (result i32)
    (if (i32.gt_u (local.get $n) (i32.const 1))
      (then
        (i32.store (i32.const 0) (call $deep (local.get $code) (i32.sub (local.get $n) (i32.const 1))))
        (return (i32.add (i32.load (i32.const 0)) (i32.const 1)))))
    (if (i32.lt_s (local.get $code) (i32.const 0)) (then unreachable))
    (call $early_exit (local.get $code))
    (i32.const 1))
  ;; Ends only by a trap.
  (func $deeper (export "deeper") (param $step i32) (param $n i32) (result i32)
    (i32.store (i32.const 0) (call $deeper (local.get $step) (i32.add (local.get $n) (local.get $step))))
    (i32.add (i32.load (i32.const 0)) (local.get $n)))

  (func (export "unreachable") (param $when i32) (param i32) (result i32)
    (if (local.get $when) (then unreachable))
    (i32.const 0))
  (func (export "divide") (type $binary) (i32.div_s (local.get 0) (local.get 1)))
  (func (export "load") (param $base i32) (param $at i32) (result i32)
    (i32.load (i32.add (local.get $base) (local.get $at))))
  (func (export "call") (param $index i32) (param $n i32) (result i32)
    (call_indirect $functions (type $binary) (i32.const 0) (local.get $n) (local.get $index)))
  (func (export "convert") (param $float i32) (param i32) (result i32)
    (i32.trunc_f32_s (f32.reinterpret_i32 (local.get $float)))))
