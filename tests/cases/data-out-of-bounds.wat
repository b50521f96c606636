;; The second active data segment is out of bounds: instantiation traps.
;; Reports: bulk-memory#138, spec#1530.
;;
;;>
;;= trapped: out of bounds memory access; 0 calls
(module
  (import "host" "memory" (memory 1))
  (data (i32.const 0) "first")
  (data (i32.const 65534) "second")
  (func (export "never")))
