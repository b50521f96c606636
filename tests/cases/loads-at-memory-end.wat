;; A load of a few bytes at the very end of a memory, as the operand of an instruction that could read 16 bytes.
;; Reports: wasmtime#12435, wasmtime#4890, wasmtime#10408, wasmtime#8118.
;;
;;> --invoke copysign 65528
;;= returned 3.0; 0 calls
;;> --invoke copysign 65529
;;= trapped: out of bounds memory access; 0 calls
;;> --invoke copysign_of 65528
;;= returned -1234.5; 0 calls
;;> --invoke copysign_of 65529
;;= trapped: out of bounds memory access; 0 calls
;;> --invoke sqrt 65528
;;= returned 35.13545218152173; 0 calls
;;> --invoke sqrt 65529
;;= trapped: out of bounds memory access; 0 calls
;;> --invoke nearest 65528
;;= returned 1234.0; 0 calls
;;> --invoke nearest 65529
;;= trapped: out of bounds memory access; 0 calls
;;> --invoke abs 65528
;;= returned 1234.5; 0 calls
;;> --invoke abs 65529
;;= trapped: out of bounds memory access; 0 calls
;;> --invoke min 65528
;;= returned 1234.5; 0 calls
;;> --invoke min 65529
;;= trapped: out of bounds memory access; 0 calls
;;> --invoke add 65528
;;= returned 1235.0; 0 calls
;;> --invoke add 65529
;;= trapped: out of bounds memory access; 0 calls
;;> --invoke floor32 65532
;;= returned 4.0; 0 calls
;;> --invoke floor32 65533
;;= trapped: out of bounds memory access; 0 calls
;;> --invoke neg32 65532
;;= returned -4.602783; 0 calls
;;> --invoke neg32 65533
;;= trapped: out of bounds memory access; 0 calls
;;> --invoke promote 65532
;;= returned 4.602783203125; 0 calls
;;> --invoke promote 65533
;;= trapped: out of bounds memory access; 0 calls
;;> --invoke convert 65532
;;= returned 1083394560.0; 0 calls
;;> --invoke convert 65533
;;= trapped: out of bounds memory access; 0 calls
;;> --invoke copysign32 65531
;;= returned 3.0; 0 calls
;;> --invoke copysign32 65532
;;= trapped: out of bounds memory access; 0 calls
;;> --invoke popcnt8 65535
;;= returned 1; 0 calls
;;> --invoke popcnt8 65536
;;= trapped: out of bounds memory access; 0 calls
;;> --invoke or16 65534
;;= returned 16531; 0 calls
;;> --invoke or16 65535
;;= trapped: out of bounds memory access; 0 calls
;;> --invoke compare8 65535
;;= returned 1; 0 calls
;;> --invoke compare8 65536
;;= trapped: out of bounds memory access; 0 calls
;;> --invoke test8_and_stop 65535 --exit-at stop
;;= exited early with exit code: 1; 1 call
;;> --invoke test8_and_stop 65536 --exit-at stop
;;= trapped: out of bounds memory access; 0 calls
(module
  (import "host" "stop" (func $stop))
  (memory (export "memory") 1 1)
  (data (i32.const 65528) "\00\00\00\00\00\4a\93\40")
  (func (export "copysign") (param i32) (result f64) (f64.copysign (f64.const -3) (f64.load (local.get 0))))
  (func (export "copysign_of") (param i32) (result f64) (f64.copysign (f64.load (local.get 0)) (f64.const -1)))
  (func (export "copysign32") (param i32) (result f32) (f32.copysign (f32.const -3) (f32.load offset=1 align=1 (local.get 0))))
  (func (export "sqrt") (param i32) (result f64) (f64.sqrt (f64.load align=1 (local.get 0))))
  (func (export "nearest") (param i32) (result f64) (f64.nearest (f64.load align=1 (local.get 0))))
  (func (export "floor32") (param i32) (result f32) (f32.floor (f32.load align=1 (local.get 0))))
  (func (export "abs") (param i32) (result f64) (f64.abs (f64.load align=1 (local.get 0))))
  (func (export "neg32") (param i32) (result f32) (f32.neg (f32.load align=1 (local.get 0))))
  (func (export "min") (param i32) (result f64) (f64.min (f64.const 1e9) (f64.load align=1 (local.get 0))))
  (func (export "add") (param i32) (result f64) (f64.add (f64.const 0.5) (f64.load align=1 (local.get 0))))
  (func (export "promote") (param i32) (result f64) (f64.promote_f32 (f32.load align=1 (local.get 0))))
  (func (export "convert") (param i32) (result f64) (f64.convert_i32_u (i32.load align=1 (local.get 0))))
  (func (export "popcnt8") (param i32) (result i32) (i32.popcnt (i32.load8_u (local.get 0))))
  (func (export "or16") (param i32) (result i32) (i32.or (i32.const 1) (i32.load16_u align=1 (local.get 0))))
  (func (export "compare8") (param i32) (result i32) (i32.lt_u (i32.load8_u (local.get 0)) (i32.const 0x50)))
  (func (export "test8_and_stop") (param i32)
    (if (i32.and (i32.load8_u (local.get 0)) (i32.const 0x40)) (then (call $stop)))))
