;; Each instruction many times in a flat loop, then an exit: no instruction may leave anything on any stack.
;; Reports: wasmi#1942, wasmi#1946, wasm3#401.
;;
;;> --invoke table_grow_by_none 200000 --exit-at stop
;;> --invoke table_grow_refused 200000 --exit-at stop
;;> --invoke table_size 200000 --exit-at stop
;;> --invoke table_get_set 200000 --exit-at stop
;;> --invoke table_fill 200000 --exit-at stop
;;> --invoke table_copy 200000 --exit-at stop
;;> --invoke table_init 200000 --exit-at stop
;;> --invoke element_drop 200000 --exit-at stop
;;> --invoke memory_size 200000 --exit-at stop
;;> --invoke memory_grow_by_none 200000 --exit-at stop
;;> --invoke memory_grow_refused 200000 --exit-at stop
;;> --invoke memory_fill 200000 --exit-at stop
;;> --invoke memory_copy 200000 --exit-at stop
;;> --invoke memory_init 200000 --exit-at stop
;;> --invoke data_drop 200000 --exit-at stop
;;> --invoke global 200000 --exit-at stop
;;> --invoke reference 200000 --exit-at stop
;;> --invoke load_store 200000 --exit-at stop
;;> --invoke call 200000 --exit-at stop
;;> --invoke call_indirect 200000 --exit-at stop
;;= exited early with exit code: 1
;;> --invoke call_host 200000 --exit-at stop
;;> --invoke call_host_indirect 200000 --exit-at stop
;;= exited early with exit code: 1; 200001 calls
;;> --invoke call_wide_host 200000 --exit-at stop
;;> --invoke divide 200000 --exit-at stop
;;> --invoke truncate 200000 --exit-at stop
;;> --invoke saturate 200000 --exit-at stop
;;> --invoke float 200000 --exit-at stop
;;> --invoke minmax 200000 --exit-at stop
;;> --invoke branch_table 200000 --exit-at stop
;;> --invoke select 200000 --exit-at stop
;;= exited early with exit code: 1
(module
  (import "host" "stop" (func $stop))
  (import "host" "host" (func $host))
  (import "host" "wide" (func $wide (param i32 i64 f32 f64 i32 i64) (result i64)))
  (type $plain (func))
  (memory (export "memory") 1 2)
  (table $t 4 8 funcref)
  (elem (table $t) (i32.const 0) func $nothing)
  (elem (table $t) (i32.const 3) func $host)
  (elem $passive func $nothing)
  (elem $dropped func $nothing)
  (data $bytes "\01\02")
  (data $gone "\03")
  (global $g (export "g") (mut i64) (i64.const 0))
  (global $f (export "f") (mut f64) (f64.const 0))
  (func $nothing)
  (func (export "table_grow_by_none") (param i32)
    (loop $l (drop (table.grow $t (ref.null func) (i32.const 0))) (br_if $l (local.tee 0 (i32.sub (local.get 0) (i32.const 1))))) (call $stop))
  (func (export "table_grow_refused") (param i32)
    (loop $l (drop (table.grow $t (ref.null func) (i32.const 100))) (br_if $l (local.tee 0 (i32.sub (local.get 0) (i32.const 1))))) (call $stop))
  (func (export "table_size") (param i32)
    (loop $l (drop (table.size $t)) (br_if $l (local.tee 0 (i32.sub (local.get 0) (i32.const 1))))) (call $stop))
  (func (export "table_get_set") (param i32)
    (loop $l (table.set $t (i32.const 1) (table.get $t (i32.const 0))) (br_if $l (local.tee 0 (i32.sub (local.get 0) (i32.const 1))))) (call $stop))
  (func (export "table_fill") (param i32)
    (loop $l (table.fill $t (i32.const 1) (ref.null func) (i32.const 2)) (br_if $l (local.tee 0 (i32.sub (local.get 0) (i32.const 1))))) (call $stop))
  (func (export "table_copy") (param i32)
    (loop $l (table.copy $t $t (i32.const 1) (i32.const 0) (i32.const 2)) (br_if $l (local.tee 0 (i32.sub (local.get 0) (i32.const 1))))) (call $stop))
  (func (export "table_init") (param i32)
    (loop $l (table.init $t $passive (i32.const 1) (i32.const 0) (i32.const 1)) (br_if $l (local.tee 0 (i32.sub (local.get 0) (i32.const 1))))) (call $stop))
  (func (export "element_drop") (param i32)
    (loop $l (elem.drop $dropped) (br_if $l (local.tee 0 (i32.sub (local.get 0) (i32.const 1))))) (call $stop))
  (func (export "memory_size") (param i32)
    (loop $l (drop (memory.size)) (br_if $l (local.tee 0 (i32.sub (local.get 0) (i32.const 1))))) (call $stop))
  (func (export "memory_grow_by_none") (param i32)
    (loop $l (drop (memory.grow (i32.const 0))) (br_if $l (local.tee 0 (i32.sub (local.get 0) (i32.const 1))))) (call $stop))
  (func (export "memory_grow_refused") (param i32)
    (loop $l (drop (memory.grow (i32.const 100))) (br_if $l (local.tee 0 (i32.sub (local.get 0) (i32.const 1))))) (call $stop))
  (func (export "memory_fill") (param i32)
    (loop $l (memory.fill (i32.const 8) (i32.const 1) (i32.const 16)) (br_if $l (local.tee 0 (i32.sub (local.get 0) (i32.const 1))))) (call $stop))
  (func (export "memory_copy") (param i32)
    (loop $l (memory.copy (i32.const 8) (i32.const 12) (i32.const 16)) (br_if $l (local.tee 0 (i32.sub (local.get 0) (i32.const 1))))) (call $stop))
  (func (export "memory_init") (param i32)
    (loop $l (memory.init $bytes (i32.const 8) (i32.const 0) (i32.const 2)) (br_if $l (local.tee 0 (i32.sub (local.get 0) (i32.const 1))))) (call $stop))
  (func (export "data_drop") (param i32)
    (loop $l (data.drop $gone) (br_if $l (local.tee 0 (i32.sub (local.get 0) (i32.const 1))))) (call $stop))
  (func (export "global") (param i32)
    (loop $l (global.set $g (i64.add (global.get $g) (i64.const 1))) (br_if $l (local.tee 0 (i32.sub (local.get 0) (i32.const 1))))) (call $stop))
  (func (export "reference") (param i32)
    (loop $l (drop (ref.is_null (ref.func $nothing))) (br_if $l (local.tee 0 (i32.sub (local.get 0) (i32.const 1))))) (call $stop))
  (func (export "load_store") (param i32)
    (loop $l (i64.store (i32.const 64) (i64.add (i64.load (i32.const 64)) (i64.load8_s (i32.const 3)))) (br_if $l (local.tee 0 (i32.sub (local.get 0) (i32.const 1))))) (call $stop))
  (func (export "call") (param i32)
    (loop $l (call $nothing) (br_if $l (local.tee 0 (i32.sub (local.get 0) (i32.const 1))))) (call $stop))
  (func (export "call_indirect") (param i32)
    (loop $l (call_indirect $t (type $plain) (i32.const 0)) (br_if $l (local.tee 0 (i32.sub (local.get 0) (i32.const 1))))) (call $stop))
  (func (export "call_host") (param i32)
    (loop $l (call $host) (br_if $l (local.tee 0 (i32.sub (local.get 0) (i32.const 1))))) (call $stop))
  (func (export "call_host_indirect") (param i32)
    (loop $l (call_indirect $t (type $plain) (i32.const 3)) (br_if $l (local.tee 0 (i32.sub (local.get 0) (i32.const 1))))) (call $stop))
  (func (export "call_wide_host") (param i32)
    (loop $l (drop (call $wide (i32.const 1) (i64.const 2) (f32.const 3) (f64.const 4) (i32.const 5) (i64.const 6))) (br_if $l (local.tee 0 (i32.sub (local.get 0) (i32.const 1))))) (call $stop))
  (func (export "divide") (param i32)
    (loop $l (global.set $g (i64.div_s (i64.const 77) (i64.extend_i32_u (local.get 0)))) (br_if $l (local.tee 0 (i32.sub (local.get 0) (i32.const 1))))) (call $stop))
  (func (export "truncate") (param i32)
    (loop $l (drop (i64.trunc_f64_s (f64.convert_i32_s (local.get 0)))) (br_if $l (local.tee 0 (i32.sub (local.get 0) (i32.const 1))))) (call $stop))
  (func (export "saturate") (param i32)
    (loop $l (drop (i32.trunc_sat_f32_u (f32.const 1e30))) (br_if $l (local.tee 0 (i32.sub (local.get 0) (i32.const 1))))) (call $stop))
  (func (export "float") (param i32)
    (loop $l (global.set $f (f64.sqrt (f64.nearest (f64.copysign (f64.convert_i32_u (local.get 0)) (f64.const 2))))) (br_if $l (local.tee 0 (i32.sub (local.get 0) (i32.const 1))))) (call $stop))
  (func (export "minmax") (param i32)
    (loop $l (global.set $f (f64.min (f64.max (global.get $f) (f64.const 2)) (f64.const 1e9))) (br_if $l (local.tee 0 (i32.sub (local.get 0) (i32.const 1))))) (call $stop))
  (func (export "branch_table") (param i32)
    (loop $l (block $a (block $b (block $c (br_table $a $b $c (i32.rem_u (local.get 0) (i32.const 3)))))) (br_if $l (local.tee 0 (i32.sub (local.get 0) (i32.const 1))))) (call $stop))
  (func (export "select") (param i32)
    (loop $l (drop (select (i64.const 1) (i64.const 2) (local.get 0))) (br_if $l (local.tee 0 (i32.sub (local.get 0) (i32.const 1))))) (call $stop)))
