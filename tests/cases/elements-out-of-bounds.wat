;; The second active element segment is out of bounds for an imported table: instantiation traps, and the start function does not run.
;; Reports: spec#993, wasmtime#3135.
;;
;;>
;;= trapped: out of bounds table access; 0 calls
(module
  (import "host" "stop" (func $stop))
  (import "host" "table" (table 4 funcref))
  (elem (i32.const 0) $stop $stop)
  (elem (i32.const 3) $stop $stop)
  (start $stop)
  (func (export "never")))
