;; Vectors among eight results, and widening products.
;; Reports: wasmer#5662, wasmer#4568, wasmtime#10301.
;;
;;> --invoke third_vector 5
;;= returned 361700868485350739; 1 call
;;> --invoke third_vector 5 --exit-at stop
;;= exited early with exit code: 1; 1 call
;;> --invoke extmul_s 64 64
;;= returned 1152939097061330944; 0 calls
;;> --invoke extmul_s -128 -128
;;= returned 4611756388245323776; 0 calls
;;> --invoke extmul_u 65535 65535
;;= returned -562941363617791; 0 calls
;;> --invoke extmul_wide -2147483648 -2147483648
;;= returned 4611686018427387904; 0 calls
(module
  (import "host" "stop" (func $stop (param v128)))
  (func $many (param v128 i32) (result i32 v128 f32 v128 i64 v128 f64 v128)
    (local.get 1) (local.get 0) (f32.const 1.5) (i32x4.splat (local.get 1)) (i64.const 77) (v128.not (local.get 0))
    (f64.const 2.5) (i8x16.splat (local.get 1)))
  (func (export "third_vector") (param i32) (result i64) (local v128 v128 v128 v128 i64 f32)
    (call $many (v128.const i32x4 1 2 3 4) (local.get 0))
    (local.set 4) (drop) (local.set 3) (local.set 5) (local.set 2) (local.set 6) (local.set 1) (drop)
    (call $stop (local.get 3))
    (i64.add (local.get 5) (i64.add (i64x2.extract_lane 1 (local.get 3)) (i64x2.extract_lane 0 (i64x2.add (local.get 2) (local.get 4))))))
  (func (export "extmul_s") (param i32 i32) (result i64)
    (i64x2.extract_lane 0 (i16x8.extmul_low_i8x16_s (i8x16.splat (local.get 0)) (i8x16.splat (local.get 1)))))
  (func (export "extmul_u") (param i32 i32) (result i64)
    (i64x2.extract_lane 1 (i32x4.extmul_high_i16x8_u (i16x8.splat (local.get 0)) (i16x8.splat (local.get 1)))))
  (func (export "extmul_wide") (param i32 i32) (result i64)
    (i64x2.extract_lane 1 (i64x2.extmul_high_i32x4_s (i32x4.splat (local.get 0)) (i32x4.splat (local.get 1))))))
