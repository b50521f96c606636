;; A trap or an exit is no exception: `catch_all` and `catch_all_ref` let it pass, at any depth, from a handler too.
;; Reports: wasmtime#3427, wasmtime#11326, wasmer#6775.
;;
;;> --invoke catch_all 1
;;= trapped: unreachable; 0 calls
;;> --invoke catch_all 2
;;= trapped: integer divide by zero; 0 calls
;;> --invoke catch_all 3
;;= trapped: uninitialized element; 0 calls
;;> --invoke catch_all 4
;;= trapped: out of bounds memory access; 0 calls
;;> --invoke catch_all 5
;;= trapped: call stack exhausted; 0 calls
;;> --invoke catch_all 6 --exit-at stop
;;= exited early with exit code: 1; 1 call
;;> --invoke catch_all 6
;;= returned; 1 call
;;> --invoke catch_all_ref 1
;;= trapped: unreachable; 0 calls
;;> --invoke catch_all_ref 2
;;= trapped: integer divide by zero; 0 calls
;;> --invoke catch_all_ref 3
;;= trapped: uninitialized element; 0 calls
;;> --invoke catch_all_ref 4
;;= trapped: out of bounds memory access; 0 calls
;;> --invoke catch_all_ref 5
;;= trapped: call stack exhausted; 0 calls
;;> --invoke catch_all_ref 6 --exit-at stop
;;= exited early with exit code: 1; 1 call
;;> --invoke catch_all_ref 6
;;= returned; 1 call
;;> --invoke from_a_handler 1
;;= trapped: unreachable; 0 calls
;;> --invoke from_a_handler 2
;;= trapped: integer divide by zero; 0 calls
;;> --invoke from_a_handler 3
;;= trapped: uninitialized element; 0 calls
;;> --invoke from_a_handler 4
;;= trapped: out of bounds memory access; 0 calls
;;> --invoke from_a_handler 5
;;= trapped: call stack exhausted; 0 calls
;;> --invoke from_a_handler 6 --exit-at stop
;;= exited early with exit code: 1; 1 call
;;> --invoke from_a_handler 6
;;= returned; 1 call
;;> --invoke thrown_again 1
;;= trapped: unreachable; 1 call
;;> --invoke thrown_again 2
;;= trapped: integer divide by zero; 1 call
;;> --invoke thrown_again 3
;;= trapped: uninitialized element; 1 call
;;> --invoke thrown_again 4
;;= trapped: out of bounds memory access; 1 call
;;> --invoke thrown_again 5
;;= trapped: call stack exhausted; 1 call
;;> --invoke thrown_again 6 --exit-at stop
;;= exited early with exit code: 1; 2 calls
;;> --invoke thrown_again 6
;;= returned; 2 calls
;;> --invoke catch_all 0
;;= returned; 1 call
;;> --invoke catch_all_ref 0
;;= trapped: uncaught exception; 1 call
;;> --invoke from_a_handler 0
;;= trapped: uncaught exception; 0 calls
;;> --invoke thrown_again 0
;;= trapped: uncaught exception; 1 call
(module
  (import "host" "stop" (func $stop))
  (import "host" "caught" (func $caught))
  (tag $own (param i32))
  (memory 1 1)
  (table $t 1 funcref)
  (func $deeper (param i32) (result i32) (i32.add (call $deeper (local.get 0)) (i32.const 1)))
  (func $do (param $what i32)
    (block $exit (block $stack (block $oob (block $null (block $divide (block $unreachable (block $throw
      (br_table $throw $unreachable $divide $null $oob $stack $exit (local.get $what)))
      (throw $own (i32.const 9)))
      (unreachable))
      (drop (i32.div_s (local.get $what) (i32.const 0))) (return))
      (call_indirect (i32.const 0)) (return))
      (drop (i32.load (i32.const -1))) (return))
      (drop (call $deeper (i32.const 0))) (return))
    (call $stop))
  ;; 0 throws, and is caught; 1 to 5 trap; 6 exits
  (func (export "catch_all") (param i32)
    (block $all (try_table (catch_all $all) (call $do (local.get 0))) (return))
    (call $caught))
  (func (export "catch_all_ref") (param i32)
    (block $all (result exnref)
      (try_table (catch_all_ref $all) (call $do (local.get 0))) (return))
    (call $caught)
    (throw_ref))
  ;; from within the handler: the exception is over, what comes there goes out
  (func (export "from_a_handler") (param i32)
    (block $all (try_table (catch_all $all) (throw $own (i32.const 1))))
    (call $do (local.get 0)))
  ;; caught, thrown again, caught, and then the exit
  (func (export "thrown_again") (param i32)
    (block $second (result i32)
      (try_table (result i32) (catch $own $second)
        (block $first (result exnref)
          (try_table (result exnref) (catch_all_ref $first) (throw $own (i32.const 3)) ))
        (throw_ref)))
    (drop)
    (call $caught)
    (call $do (local.get 0))))
