;; Every level of a recursion grows a table by one, and calls the function that it has just put there.
;; The engine's own code for `table.grow` then runs with hardly any guest stack left.
;; Reports: wasmer#6775, wasmi#1946.
;;
;;> --invoke down 2000 --exit-at stop
;;= exited early with exit code: 1; 1 call
;;> --invoke down 2000
;;= returned; 1 call
;;> --invoke down -1
;;= trapped: call stack exhausted; 0 calls
(module
  (import "host" "stop" (func $stop))
  (type $step (func (param i32)))
  (table $t 0 funcref)
  (elem declare func $down)
  (func $down (export "down") (type $step)
    (if (i32.eqz (local.get 0)) (then (call $stop) (return)))
    (call_indirect $t (type $step)
      (i32.sub (local.get 0) (i32.const 1))
      (table.grow $t (ref.func $down) (i32.const 1))))
  (func (export "size") (result i32) (table.size $t)))
