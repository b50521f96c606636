;; `br_table` with 5,001 targets, with the default alone, out of the function and to a loop.
;;
;;> --invoke large 0
;;> --invoke large 4999
;;= returned 1; 0 calls
;;> --invoke large 5000
;;= returned 7; 0 calls
;;> --invoke large 5001
;;> --invoke large -1
;;= returned 1; 0 calls
;;> --invoke only_default 0
;;> --invoke only_default -1
;;= returned 3; 0 calls
;;> --invoke to_function 7
;;= returned 9; 0 calls
;;> --invoke to_loop 100 0
;;= returned 101; 0 calls
(module
  (func (export "large") (param i32) (result i32)
    (block $other (block $last
      (br_table (;repeat 5000;) $other (;end;) $last $other (local.get 0)))
      (return (i32.const 7)))
    (i32.const 1))
  (func (export "only_default") (param i32) (result i32) (block $a (br_table $a (local.get 0))) (i32.const 3))
  (func (export "to_function") (param i32) (result i32) (i32.const 9) (br_table 0 0 (local.get 0)))
  (func (export "to_loop") (param i32 i32) (result i32)
    (block $out (loop $l
      (local.set 1 (i32.add (local.get 1) (i32.const 1)))
      (br_table $l $out (i32.gt_u (local.get 1) (local.get 0)))))
    (local.get 1)))
