;; A local is stored at the address that it holds.
;;
;;> --invoke far 5
;;= returned; 0 calls
;;> --invoke near 5
;;= returned 4; 0 calls
(module
  (memory $a 2) 
  (func (export "far") (param i32)
    (local.set 0 (i32.sub (local.get 0) (i32.const 1)))
    (i32.store offset=65536 (local.get 0) (local.get 0)))
  (func (export "near") (param i32) (result i32)
    (local.set 0 (i32.sub (local.get 0) (i32.const 1)))
    (i32.store offset=1 (local.get 0) (local.get 0)) (i32.load offset=1 (local.get 0))))
