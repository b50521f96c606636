;; `table.grow` and `memory.grow` by up to 2^32-1: refused with -1, and nothing has changed.
;; Reports: wasmer#5297, wasm3#554, spec#307, spec#334.
;;
;;> --invoke table_of_others
;;> --invoke table_of_functions
;;> --invoke beyond_its_maximum
;;> --invoke memory_by_all
;;> --invoke memory_by_minus_one
;;= returned -1; 1 call
;;> --invoke table_of_others --exit-at stop
;;= exited early with exit code: 1; 1 call
;;> --invoke to_its_maximum
;;= returned 2; 1 call
;;> --invoke unchanged
;;= returned 65550; 1 call
;;> --invoke reach_after_failure
;;= trapped: out of bounds memory access; 1 call
;;> --invoke reach_after_failure --exit-at stop
;;= exited early with exit code: 1; 1 call
(module
  (import "host" "stop" (func $stop))
  (memory (export "memory") 1)
  (table $others 1 externref)
  (table $functions 1 funcref)
  (table $kept 10 externref)
  (table $bounded 2 5 funcref)
  ;; from one element by 2^32-1: no table has 2^32
  (func (export "table_of_others") (result i32)
    (table.grow $others (ref.null extern) (i32.const -1)) (call $stop))
  (func (export "table_of_functions") (result i32)
    (table.grow $functions (ref.null func) (i32.const -1)) (call $stop))
  (func (export "beyond_its_maximum") (result i32)
    (table.grow $bounded (ref.null func) (i32.const 4)) (call $stop))
  (func (export "to_its_maximum") (result i32)
    (table.grow $bounded (ref.null func) (i32.const 3)) (call $stop))
  (func (export "memory_by_all") (result i32) (memory.grow (i32.const 65536)) (call $stop))
  (func (export "memory_by_minus_one") (result i32) (memory.grow (i32.const -1)) (call $stop))
  ;; sizes after all of these: 1 + 1 + 10 + 2, and one page of 65536
  (func (export "unchanged") (result i32)
    (drop (table.grow $others (ref.null extern) (i32.const -1)))
    (drop (table.grow $functions (ref.null func) (i32.const -1)))
    (drop (table.grow $kept (ref.null extern) (i32.const -5)))
    (drop (table.grow $bounded (ref.null func) (i32.const 100)))
    (drop (memory.grow (i32.const 65536)))
    (call $stop)
    (i32.add (i32.add (table.size $others) (table.size $functions))
      (i32.add (i32.add (table.size $kept) (table.size $bounded)) (i32.mul (memory.size) (i32.const 65536)))))
  ;; what was not grown cannot be reached
  (func (export "reach_after_failure") (result i32)
    (drop (memory.grow (i32.const 65536)))
    (call $stop)
    (i32.load (i32.const 65536))))
