;; 20,000 conditions within one another, 100 kB of code: compiled in time, run, and left from the innermost.
;; Reports: wasmer#5997, wasmtime#10033.
;;
;;> --invoke f 1 --exit-at stop --timeout 10
;;= exited early with exit code: 1; 1 call
(module
  (import "host" "stop" (func $stop))
  (func (export "f") (param i32)
    (;repeat 20000;) local.get 0 if (;end;)
      call $stop
    (;repeat 20000;) end (;end;)))
