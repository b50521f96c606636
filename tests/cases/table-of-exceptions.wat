;; A table of references to exceptions, whose elements are null.
;;
;;> --invoke null
;;= returned 1; 0 calls
(module
  (table 1 exnref)
  (func (export "null") (result i32) (ref.is_null (table.get 0 (i32.const 0)))))
