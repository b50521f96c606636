;; Traps that a compiler can foresee: each comes when its instruction is reached, not before, and not at all where it is not reached.
;; Reports: wasmer#6524, wasmtime#5447, gear#4103.
;;
;;> --invoke straddle --exit-at after
;;> --invoke far --exit-at after
;;> --invoke store --exit-at after
;;= trapped: out of bounds memory access; 1 call
;;> --invoke divide --exit-at after
;;> --invoke divide_unused --exit-at after
;;= trapped: integer divide by zero; 1 call
;;> --invoke overflow --exit-at after
;;= trapped: integer overflow; 1 call
;;> --invoke remainder --exit-at after
;;= exited early with exit code: 1; 2 calls
;;> --invoke too_large --exit-at after
;;= trapped: integer overflow; 1 call
;;> --invoke not_a_number_unused --exit-at after
;;= trapped: invalid conversion to integer; 1 call
;;> --invoke just_fits --exit-at after
;;= exited early with exit code: 1; 2 calls
;;> --invoke not_selected 1 --exit-at after
;;= trapped: integer divide by zero; 1 call
;;> --invoke fill --exit-at after
;;= trapped: out of bounds memory access; 1 call
;;> --invoke remainder
;;= returned 0; 2 calls
;;> --invoke just_fits
;;= returned -2147483648; 2 calls
;;> --invoke divide --exit-at before
;;= exited early with exit code: 1; 1 call
(module
  (import "host" "before" (func $before))
  (import "host" "after" (func $after))
  (memory (export "memory") 1 1)
  (func (export "straddle") (result i64)
    (call $before) (i64.load16_s offset=65535 align=1 (i32.const 0)) (call $after))
  (func (export "far") (result i32)
    (call $before) (i32.load offset=4294967295 align=1 (i32.const 4)) (call $after))
  (func (export "store")
    (call $before) (i64.store (i32.const -4) (i64.const -1)) (call $after))
  (func (export "divide") (result i32)
    (call $before) (i32.div_u (i32.const 7) (i32.const 0)) (call $after))
  (func (export "divide_unused")
    (call $before) (drop (i64.rem_u (i64.const 7) (i64.const 0))) (call $after))
  (func (export "overflow") (result i64)
    (call $before) (i64.div_s (i64.const 0x8000000000000000) (i64.const -1)) (call $after))
  (func (export "remainder") (result i64)
    (call $before) (i64.rem_s (i64.const 0x8000000000000000) (i64.const -1)) (call $after))
  (func (export "too_large") (result i32)
    (call $before) (i32.trunc_f64_s (f64.const 1e40)) (call $after))
  (func (export "not_a_number_unused")
    (call $before) (drop (i64.trunc_f32_u (f32.const nan))) (call $after))
  (func (export "just_fits") (result i32)
    (call $before) (i32.trunc_f64_s (f64.const -2147483648.9)) (call $after))
  (func (export "not_selected") (param i32) (result i32)
    (call $before) (select (i32.const 3) (i32.div_s (i32.const 1) (i32.const 0)) (local.get 0)) (call $after))
  (func (export "fill")
    (call $before) (memory.fill (i32.const 65536) (i32.const 1) (i32.const 1)) (call $after)))
