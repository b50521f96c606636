;; The same for a table of `externref`, and references that come back.
;;
;;> --invoke fill 0 7 4
;;= returned; 1 call
;;> --invoke fill 1 7 4
;;> --invoke fill 5 null 0
;;= trapped: out of bounds table access; 0 calls
;;> --invoke get 0
;;= returned 1; 0 calls
;;> --invoke get 4
;;> --invoke set 4 7
;;= trapped: out of bounds table access; 0 calls
;;> --invoke grow 7 4
;;= returned 4; 0 calls
;;> --invoke grow 7 5
;;= returned -1; 0 calls
;;> --invoke copy 2 0 3
;;= trapped: out of bounds table access; 0 calls
(module
  (import "host" "stop" (func $stop))
  (table $x 4 8 externref)
  (func (export "fill") (param i32 externref i32) (table.fill $x (local.get 0) (local.get 1) (local.get 2)) (call $stop))
  (func (export "get") (param i32) (result i32) (ref.is_null (table.get $x (local.get 0))))
  (func (export "set") (param i32 externref) (table.set $x (local.get 0) (local.get 1)))
  (func (export "grow") (param externref i32) (result i32) (table.grow $x (local.get 0) (local.get 1)))
  (func (export "kept") (param externref) (result externref) (table.set $x (i32.const 1) (local.get 0)) (call $stop) (table.get $x (i32.const 1)))
  (func (export "back") (param externref) (result externref) (local.get 0))
  (func (export "copy") (param i32 i32 i32) (table.copy $x $x (local.get 0) (local.get 1) (local.get 2))))
