;; A start function that calls an import and then traps: there is no instance.
;;
;;>
;;= trapped: integer divide by zero; 1 call
;;> --exit-at stop
;;= exited early with exit code: 1; 1 call
(module
  (import "host" "stop" (func $stop))
  (memory 1)
  (start $s)
  (func $s (call $stop) (drop (i32.div_u (i32.const 1) (i32.load (i32.const 0)))))
  (func (export "f")))
