;; After `f` with an argument out of bounds, the global holds 1: it was set before the trap. Compiled by LLVM it holds 0.
(module
  (memory 1)
  (global $set (export "set") (mut i32) (i32.const 0))
  (func (export "f") (param $at i32) (result i32)
    (global.set $set (i32.const 1))
    (i32.load (local.get $at))
    (global.set $set (i32.const 2))))
