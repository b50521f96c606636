;; A start function that recurses without end.
;;
;;>
;;= trapped: call stack exhausted; 0 calls
(module (start $s) (func $s (call $s) (call $s)) (func (export "f")))
