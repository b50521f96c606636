;; Every kind of trap. Each export traps or returns depending on its arguments, so that a compiler cannot know the outcome in
;; advance. `exit` calls the host's `early_exit`, to test that exits still work.
(module
  (import "env" "early_exit" (func $early_exit (param i32)))
  (func (export "exit") (param $code i32) (call $early_exit (local.get $code)))

  (func (export "unreachable_if") (param $when i32) (if (local.get $when) (then unreachable)))

  (func (export "i32.div_s") (param i32 i32) (result i32) (i32.div_s (local.get 0) (local.get 1)))
  (func (export "i32.div_u") (param i32 i32) (result i32) (i32.div_u (local.get 0) (local.get 1)))
  (func (export "i32.rem_s") (param i32 i32) (result i32) (i32.rem_s (local.get 0) (local.get 1)))
  (func (export "i32.rem_u") (param i32 i32) (result i32) (i32.rem_u (local.get 0) (local.get 1)))
  (func (export "i64.div_s") (param i64 i64) (result i64) (i64.div_s (local.get 0) (local.get 1)))
  (func (export "i64.rem_s") (param i64 i64) (result i64) (i64.rem_s (local.get 0) (local.get 1)))

  (func (export "i32.trunc_f32_s") (param f32) (result i32) (i32.trunc_f32_s (local.get 0)))
  (func (export "i32.trunc_f64_u") (param f64) (result i32) (i32.trunc_f64_u (local.get 0)))
  (func (export "i64.trunc_f64_s") (param f64) (result i64) (i64.trunc_f64_s (local.get 0)))

  ;; One page: the last byte is at 65535.
  (memory 1)
  (func (export "i32.load8_u") (param $at i32) (result i32) (i32.load8_u (local.get $at)))
  (func (export "i64.load") (param $at i32) (result i64) (i64.load (local.get $at)))
  ;; Address and offset together need 33 bits.
  (func (export "i32.load8_u far") (param $at i32) (result i32) (i32.load8_u offset=0xffffffff (local.get $at)))
  (func (export "i64.store") (param $at i32) (param i64) (i64.store (local.get $at) (local.get 1)))
  (func (export "memory.fill") (param $at i32) (param $byte i32) (param $n i32)
    (memory.fill (local.get $at) (local.get $byte) (local.get $n)))
  (func (export "memory.copy") (param $to i32) (param $from i32) (param $n i32)
    (memory.copy (local.get $to) (local.get $from) (local.get $n)))

  ;; A function of the right type, a function of another type, and a null element.
  (type $unary (func (param i32) (result i32)))
  (table $functions 3 funcref)
  (elem (i32.const 0) $double $exotic)
  (func $double (type $unary) (i32.mul (local.get 0) (i32.const 2)))
  (func $exotic (param f64) (result i64) (i64.const -1))
  (func (export "call_indirect") (param $index i32) (param $n i32) (result i32)
    (call_indirect $functions (type $unary) (local.get $n) (local.get $index)))
  (func (export "table.get is null") (param $index i32) (result i32)
    (ref.is_null (table.get $functions (local.get $index))))

  ;; Returns n through n frames. The code after the call keeps a compiler from turning the recursion into a loop.
  (func $deeper (export "deeper") (param $n i32) (result i32)
    (if (i32.eqz (local.get $n)) (then (return (i32.const 0))))
    (i32.store (i32.const 0) (call $deeper (i32.sub (local.get $n) (i32.const 1))))
    (i32.add (i32.load (i32.const 0)) (i32.const 1))))
