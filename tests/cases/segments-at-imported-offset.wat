;; Active segments at an imported global, in an imported memory and an imported table.
;;
;;> --invoke f
;;= returned 99; 0 calls
(module
  (import "host" "offset" (global $o i32))
  (import "host" "memory" (memory 1 1))
  (import "host" "table" (table 2 2 funcref))
  (data (global.get $o) "abc")
  (elem (global.get $o) func $f $f)
  (func $f)
  (func (export "f") (result i32) (call_indirect (i32.const 1)) (i32.load8_u (i32.const 2))))
