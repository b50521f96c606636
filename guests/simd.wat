;; `run(code, n)` of the early-exit guest, with the code and the sum computed in vectors.
(module
  (import "env" "early_exit" (func $early_exit (param i32)))
  (func (export "run") (param $code i32) (param $n i32) (result i32)
    (local $lanes v128)
    ;; code + n, 2 * code, 3 * code, 4 * code
    (local.set $lanes
      (i32x4.add
        (i32x4.mul (i32x4.splat (local.get $code)) (v128.const i32x4 1 2 3 4))
        (i32x4.replace_lane 0 (v128.const i32x4 0 0 0 0) (local.get $n))))
    ;; A quarter of the last lane is the code.
    (call $early_exit (i32.div_u (i32x4.extract_lane 3 (local.get $lanes)) (i32.const 4)))
    (i32x4.extract_lane 0 (local.get $lanes))))
