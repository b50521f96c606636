;; A `br_table` that takes values with it and drops an operand below them.
;;
;;> --invoke two 0
;;= returned 6, 0; 0 calls
;;> --invoke two 1
;;= returned 7, 5; 0 calls
;;> --invoke three 1
;;= returned 7, 5, 9; 0 calls
;;> --invoke one 1
;;= returned 7; 0 calls
;;> --invoke nothing_below 1
;;= returned 7, 5; 0 calls
(module
  (func (export "two") (param i32) (result i32 i32)
    (block (result i32 i32)
      (i32.add (local.get 0) (i32.const 2))
      (br_table 0 1 (i32.add (local.get 0) (i32.const 6)) (i32.mul (local.get 0) (i32.const 5)) (local.get 0))))
  (func (export "three") (param i32) (result i32 i32 i32)
    (block (result i32 i32 i32)
      (i32.add (local.get 0) (i32.const 2))
      (br_table 0 1 (i32.add (local.get 0) (i32.const 6)) (i32.mul (local.get 0) (i32.const 5))
        (i32.mul (local.get 0) (i32.const 9)) (local.get 0))))
  (func (export "one") (param i32) (result i32)
    (block (result i32)
      (i32.add (local.get 0) (i32.const 2))
      (br_table 0 1 (i32.add (local.get 0) (i32.const 6)) (local.get 0))))
  (func (export "nothing_below") (param i32) (result i32 i32)
    (block (result i32 i32)
      (br_table 0 1 (i32.add (local.get 0) (i32.const 6)) (i32.mul (local.get 0) (i32.const 5)) (local.get 0)))))
