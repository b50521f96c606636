;; Indices beyond 32 bits in a table of 64 bits.
;;
;;> --invoke get 3
;;= returned 1; 0 calls
;;> --invoke get 4
;;> --invoke get -1
;;> --invoke get 4294967296
;;> --invoke call 4294967296
;;= trapped: out of bounds table access; 0 calls
;;> --invoke call 0
;;= trapped: uninitialized element; 0 calls
;;> --invoke grow 4
;;= returned 4; 0 calls
;;> --invoke grow 5
;;> --invoke grow -1
;;> --invoke grow 4294967296
;;= returned -1; 0 calls
(module
  (table $t i64 4 8 funcref)
  (func (export "get") (param i64) (result i32) (ref.is_null (table.get $t (local.get 0))))
  (func (export "call") (param i64) (call_indirect $t (local.get 0)))
  (func (export "grow") (param i64) (result i64) (table.grow $t (ref.null func) (local.get 0))))
