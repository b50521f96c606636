;; `proc_exit` takes any 32 bits. A host may not cut them down, call them invalid, or take 0 for a return.
;; Reports: almide#2303, wasmtime#11061, wasmtime#6088, runwasi#291.
;;
;;> --invoke leave 0
;;= exited early with exit code: 0; 1 call
;;> --invoke leave 125
;;= exited early with exit code: 125; 1 call
;;> --invoke leave 126
;;= exited early with exit code: 126; 1 call
;;> --invoke leave 255
;;= exited early with exit code: 255; 1 call
;;> --invoke leave 256
;;= exited early with exit code: 256; 1 call
;;> --invoke leave -1
;;= exited early with exit code: 4294967295; 1 call
;;> --invoke leave 2147483648
;;= exited early with exit code: 2147483648; 1 call
;;> --invoke leave_from_below 300 2000
;;= exited early with exit code: 300; 1 call
(module
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (memory (export "memory") 1)
  (global $after (export "after") (mut i32) (i32.const 0))
  (func (export "leave") (param i32) (call $exit (local.get 0)) (global.set $after (i32.const 1)) (unreachable))
  (func (export "leave_from_below") (param i32 i32)
    (if (local.get 1) (then (call $below (local.get 0) (i32.sub (local.get 1) (i32.const 1)))) (else (call $exit (local.get 0))))
    (global.set $after (i32.const 2)))
  (func $below (param i32 i32)
    (if (local.get 1) (then (call $below (local.get 0) (i32.sub (local.get 1) (i32.const 1)))) (else (call $exit (local.get 0))))
    (global.set $after (i32.const 3))))
