;; An exception is thrown and caught again and again, then the host is called.
;; Reports: wasmer#5718, wasmer#6794, wasmer#5748.
;;
;;> --invoke caught 300000
;;= returned 45000150000; 1 call
;;> --invoke caught 300000 --exit-at stop
;;= exited early with exit code: 1; 1 call
;;> --invoke caught_by_reference 300000
;;= returned 300000; 1 call
;;> --invoke caught_by_reference 300000 --exit-at stop
;;= exited early with exit code: 1; 1 call
;;> --invoke caught 300000 --memory 160M
;;= returned 45000150000; 1 call
(module
  (import "host" "stop" (func $stop (param i64)))
  (tag $one (param i64))
  (func $throw (param i64) (throw $one (local.get 0)))
  (func (export "caught") (param i32) (result i64) (local $sum i64)
    (loop $l
      (block $c (result i64)
        (try_table (catch $one $c) (call $throw (i64.extend_i32_u (local.get 0))))
        (unreachable))
      (local.set $sum (i64.add (local.get $sum)))
      (br_if $l (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))
    (call $stop (local.get $sum))
    (local.get $sum))
  (func (export "caught_by_reference") (param i32) (result i32) (local $n i32)
    (loop $l
      (block $r (result exnref)
        (try_table (catch_all_ref $r) (throw $one (i64.const 7)))
        (unreachable))
      (drop)
      (local.set $n (i32.add (local.get $n) (i32.const 1)))
      (br_if $l (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))
    (call $stop (i64.extend_i32_u (local.get $n)))
    (local.get $n)))
