;; A start function initialises memory and an imported table, drops the segments and calls through the table.
;; Reports: spec#993, wasmtime#13520.
;;
;;> --exit-at stop
;;= exited early with exit code: 1; 2 calls
;;> --exit-at before
;;= exited early with exit code: 1; 1 call
;;>
;;= trapped: out of bounds table access; 2 calls
(module
  (import "host" "stop" (func $stop (param i32)))
  (import "host" "before" (func $before))
  (type $takes (func (param i32)))
  (table $t 3 funcref)
  (elem $passive func $stop $stop)
  (memory (export "memory") 1)
  (data $bytes "\2a")
  (func $begin
    (call $before)
    (memory.init $bytes (i32.const 9) (i32.const 0) (i32.const 1))
    (data.drop $bytes)
    (table.init $t $passive (i32.const 1) (i32.const 0) (i32.const 2))
    (elem.drop $passive)
    (call_indirect $t (type $takes) (i32.load8_u (i32.const 9)) (i32.const 2))
    ;; let pass, it goes on until here: nothing is left to be copied
    (table.init $t $passive (i32.const 0) (i32.const 0) (i32.const 1)))
  (start $begin)
  (func (export "never")))
