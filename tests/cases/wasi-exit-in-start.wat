;; `proc_exit` in a start function, by its old module name.
;; Reports: wasmer#361.
;;
;;>
;;= exited early with exit code: 7; 1 call
(module
  (import "wasi_unstable" "proc_exit" (func $exit (param i32)))
  (memory (export "memory") 10)
  (func $main (call $exit (i32.const 7)))
  (start $main))
