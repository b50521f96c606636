;; Grows its memory, which has one page at first, and no maximum.
(module
  (import "env" "early_exit" (func $early_exit (param i32)))
  (memory (export "memory") 1)
  (func $grow (export "grow") (param $pages i32) (result i32) (memory.grow (local.get $pages)))
  (func (export "size") (result i32) (memory.size))

  ;; Grows by single pages until a growth fails, writes into the last page, and exits with the number of pages.
  (func (export "take_all_and_exit")
    (loop $again (br_if $again (i32.ne (call $grow (i32.const 1)) (i32.const -1))))
    (i32.store (i32.sub (i32.mul (memory.size) (i32.const 65536)) (i32.const 4)) (i32.const 42))
    (call $early_exit (memory.size))))
