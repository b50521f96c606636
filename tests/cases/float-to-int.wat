;; Conversions of floats to integers at the edges of what fits: the two traps, and saturation.
;;
;;> --invoke i32_trunc_f32_s 2147483648
;;= trapped: integer overflow; 0 calls
;;> --invoke i32_trunc_f32_s nan
;;= trapped: invalid conversion to integer; 0 calls
;;> --invoke i32_trunc_f32_u -- -0.9
;;= returned 0; 0 calls
;;> --invoke i32_trunc_f32_u -- -1
;;= trapped: integer overflow; 0 calls
;;> --invoke i32_trunc_f64_s -- -2147483648.9
;;= returned -2147483648; 0 calls
;;> --invoke i32_trunc_f64_s -- -2147483649
;;= trapped: integer overflow; 0 calls
;;> --invoke i32_trunc_f64_u 4294967295.9
;;= returned -1; 0 calls
;;> --invoke i32_trunc_f64_u 4294967296
;;> --invoke i64_trunc_f32_s 9223372036854775807
;;= trapped: integer overflow; 0 calls
;;> --invoke i64_trunc_f32_s -- -9223372036854775808
;;= returned -9223372036854775808; 0 calls
;;> --invoke i64_trunc_f32_u 18446744073709551615
;;= trapped: integer overflow; 0 calls
;;> --invoke i64_trunc_f64_u 18446744073709549568
;;= returned -2048; 0 calls
;;> --invoke i64_trunc_f64_u -- -0.99999999999999989
;;= returned 0; 0 calls
;;> --invoke i64_trunc_f64_s inf
;;= trapped: integer overflow; 0 calls
;;> --invoke i64_trunc_f64_s -- -nan:0x1
;;= trapped: invalid conversion to integer; 0 calls
;;> --invoke i32_sat_f32_s nan
;;> --invoke i32_sat_f64_u -- -1
;;= returned 0; 0 calls
;;> --invoke i64_sat_f32_u inf
;;= returned -1; 0 calls
;;> --invoke i64_sat_f64_s -- -inf
;;= returned -9223372036854775808; 0 calls
;;> --invoke i64_sat_f64_u 1e30
;;= returned -1; 0 calls
(module
  (func (export "i32_trunc_f32_s") (param f32) (result i32) (i32.trunc_f32_s (local.get 0)))
  (func (export "i32_trunc_f32_u") (param f32) (result i32) (i32.trunc_f32_u (local.get 0)))
  (func (export "i32_trunc_f64_s") (param f64) (result i32) (i32.trunc_f64_s (local.get 0)))
  (func (export "i32_trunc_f64_u") (param f64) (result i32) (i32.trunc_f64_u (local.get 0)))
  (func (export "i64_trunc_f32_s") (param f32) (result i64) (i64.trunc_f32_s (local.get 0)))
  (func (export "i64_trunc_f32_u") (param f32) (result i64) (i64.trunc_f32_u (local.get 0)))
  (func (export "i64_trunc_f64_s") (param f64) (result i64) (i64.trunc_f64_s (local.get 0)))
  (func (export "i64_trunc_f64_u") (param f64) (result i64) (i64.trunc_f64_u (local.get 0)))
  (func (export "i32_sat_f32_s") (param f32) (result i32) (i32.trunc_sat_f32_s (local.get 0)))
  (func (export "i32_sat_f64_u") (param f64) (result i32) (i32.trunc_sat_f64_u (local.get 0)))
  (func (export "i64_sat_f32_u") (param f32) (result i64) (i64.trunc_sat_f32_u (local.get 0)))
  (func (export "i64_sat_f64_s") (param f64) (result i64) (i64.trunc_sat_f64_s (local.get 0)))
  (func (export "i64_sat_f64_u") (param f64) (result i64) (i64.trunc_sat_f64_u (local.get 0))))
