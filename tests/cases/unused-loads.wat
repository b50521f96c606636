;; A load whose value is not used must trap before the code that follows it runs.
;; Reports: WasmEdge#3346, WasmEdge#4848, wamr#4783, wasmer#3987.
;;
;;> --invoke byte -1 --exit-at after
;;> --invoke word -1 --exit-at after
;;> --invoke wide -1 --exit-at after
;;> --invoke single -1 --exit-at after
;;> --invoke double -1 --exit-at after
;;> --invoke times_nothing -1 --exit-at after
;;> --invoke overwritten -1 --exit-at after
;;> --invoke not_selected -1 --exit-at after
;;> --invoke twice -1 --exit-at after
;;= trapped: out of bounds memory access; 0 calls
;;> --invoke overwritten 65532
;;= returned 5; 1 call
;;> --invoke overwritten 65533
;;= trapped: out of bounds memory access; 0 calls
;;> --invoke overwritten 65532 --exit-at after
;;= exited early with exit code: 1; 1 call
(module
  (import "host" "after" (func $after))
  (memory (export "memory") 1 1)
  (func (export "byte") (param i32) (drop (i32.load8_s (local.get 0))) (call $after))
  (func (export "word") (param i32) (drop (i32.load (local.get 0))) (call $after))
  (func (export "wide") (param i32) (drop (i64.load32_u offset=4 (local.get 0))) (call $after))
  (func (export "single") (param i32) (drop (f32.load (local.get 0))) (call $after))
  (func (export "double") (param i32) (drop (f64.load (local.get 0))) (call $after))
  ;; multiplied by nothing, and shifted out of the word: the value does not matter, the access does
  (func (export "times_nothing") (param i32) (result i32)
    (i32.mul (i32.load (local.get 0)) (i32.const 0)) (call $after))
  (func (export "overwritten") (param i32) (result i32) (local i32)
    (local.set 1 (i32.load (local.get 0)))
    (local.set 1 (i32.const 5))
    (call $after)
    (local.get 1))
  ;; both operands of a `select` are there before it chooses
  (func (export "not_selected") (param i32) (result i32)
    (select (i32.const 1) (i32.load (local.get 0)) (i32.const 1)) (call $after))
  (func (export "twice") (param i32) (result i32)
    (i32.sub (i32.load (local.get 0)) (i32.load (local.get 0))) (call $after)))
