;; Fills an imported table by a segment and in the start function, and exits there. The host gets no instance, but the instance
;; must live as long as the table. The results of its functions depend on the code, its memory and the number of calls.
(module
  (import "env" "early_exit" (func $early_exit (param i32)))
  (import "env" "table" (table 2 funcref))
  (import "env" "code" (global $code i32))
  (memory 1)
  (global $calls (mut i32) (i32.const 0))
  (elem (i32.const 0) $answer)
  (func $answer (result i32)
    (global.set $calls (i32.add (global.get $calls) (i32.const 1)))
    (i32.add
      (i32.mul (memory.grow (i32.const 0)) (i32.const 100))
      (i32.add (global.get $code) (global.get $calls))))
  (func $main
    (table.set (i32.const 1) (ref.func $answer))
    (call $early_exit (global.get $code)))
  (start $main))
