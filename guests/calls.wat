;; Functions that do little except for the call: exports that add their parameters, and a loop that sums the host's results for
;; all numbers below `n`.
(module
  (import "env" "next" (func $next (param i64) (result i64)))
  (func (export "add_0") (result i32) i32.const 0)
  (func (export "add_2") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1)))
  (func (export "add_20")
    (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32) (result i32)
    local.get 0
    local.get 1 i32.add local.get 2 i32.add local.get 3 i32.add local.get 4 i32.add local.get 5 i32.add
    local.get 6 i32.add local.get 7 i32.add local.get 8 i32.add local.get 9 i32.add local.get 10 i32.add
    local.get 11 i32.add local.get 12 i32.add local.get 13 i32.add local.get 14 i32.add local.get 15 i32.add
    local.get 16 i32.add local.get 17 i32.add local.get 18 i32.add local.get 19 i32.add)

  (func (export "sum") (param $n i64) (result i64)
    (local $i i64)
    (local $sum i64)
    (block $done
      (loop $again
        (br_if $done (i64.ge_u (local.get $i) (local.get $n)))
        (local.set $sum (i64.add (local.get $sum) (call $next (local.get $i))))
        (local.set $i (i64.add (local.get $i) (i64.const 1)))
        (br $again)))
    (local.get $sum)))
