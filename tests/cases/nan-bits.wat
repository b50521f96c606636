;; The bits of a NaN stay as they are where nothing computes with it; signs of zeros in `min`, `max` and `nearest`.
;;
;;> --invoke abs32 -- -nan:0x1
;;= returned 2139095041; 0 calls
;;> --invoke neg32 nan:0x200001
;;= returned -6291455; 0 calls
;;> --invoke copysign32 -- nan:0x1 -1
;;= returned -8388607; 0 calls
;;> --invoke neg64 nan:0x1
;;= returned -4503599627370495; 0 calls
;;> --invoke abs64 -- -nan:0x1
;;= returned 9218868437227405313; 0 calls
;;> --invoke through_memory nan:0x1
;;= returned 2139095041; 0 calls
;;> --invoke through_memory64 nan:0x1
;;= returned 9218868437227405313; 0 calls
;;> --invoke through_global nan:0x1
;;= returned 2139095041; 0 calls
;;> --invoke through_call nan:0x1
;;= returned 9218868437227405313; 0 calls
;;> --invoke through_select nan:0x1 0 1
;;> --invoke through_select 0 nan:0x1 0
;;= returned 2139095041; 0 calls
;;> --invoke quiet_add nan:0x1
;;= returned 2143289344; 0 calls
;;> --invoke min_zero -- 0 -0
;;= returned -2147483648; 0 calls
;;> --invoke max_zero -- -0 0
;;= returned 0; 0 calls
;;> --invoke nearest 4503599627370497.5
;;= returned 4503599627370498.0; 0 calls
;;> --invoke nearest 2.5
;;= returned 2.0; 0 calls
;;> --invoke nearest_bits -- -0.5
;;= returned -9223372036854775808; 0 calls
(module
  (memory 1)
  (global $f32 (mut f32) (f32.const 0)) (global $f64 (mut f64) (f64.const 0))
  (func $id32 (param f32) (result f32) (local.get 0))
  (func $id64 (param f64) (result f64) (local.get 0))
  (func (export "abs32") (param f32) (result i32) (i32.reinterpret_f32 (f32.abs (local.get 0))))
  (func (export "neg32") (param f32) (result i32) (i32.reinterpret_f32 (f32.neg (local.get 0))))
  (func (export "copysign32") (param f32 f32) (result i32) (i32.reinterpret_f32 (f32.copysign (local.get 0) (local.get 1))))
  (func (export "neg64") (param f64) (result i64) (i64.reinterpret_f64 (f64.neg (local.get 0))))
  (func (export "abs64") (param f64) (result i64) (i64.reinterpret_f64 (f64.abs (local.get 0))))
  (func (export "through_memory") (param f32) (result i32) (f32.store (i32.const 8) (local.get 0)) (i32.reinterpret_f32 (f32.load (i32.const 8))))
  (func (export "through_memory64") (param f64) (result i64) (f64.store (i32.const 8) (local.get 0)) (i64.reinterpret_f64 (f64.load (i32.const 8))))
  (func (export "through_global") (param f32) (result i32) (global.set $f32 (local.get 0)) (i32.reinterpret_f32 (global.get $f32)))
  (func (export "through_call") (param f64) (result i64) (i64.reinterpret_f64 (call $id64 (local.get 0))))
  (func (export "through_select") (param f32 f32 i32) (result i32) (i32.reinterpret_f32 (select (local.get 0) (local.get 1) (local.get 2))))
  (func (export "quiet_add") (param f32) (result i32) (i32.and (i32.reinterpret_f32 (f32.add (local.get 0) (f32.const 1))) (i32.const 0x7fc00000)))
  (func (export "min_zero") (param f32 f32) (result i32) (i32.reinterpret_f32 (f32.min (local.get 0) (local.get 1))))
  (func (export "max_zero") (param f64 f64) (result i64) (i64.reinterpret_f64 (f64.max (local.get 0) (local.get 1))))
  (func (export "nearest") (param f64) (result f64) (f64.nearest (local.get 0)))
  (func (export "nearest_bits") (param f64) (result i64) (i64.reinterpret_f64 (f64.nearest (local.get 0)))))
