;; Calls the host directly and through a table, and counts the calls after which the guest continued. `trap` traps, which must
;; not be mistaken for an exit.
(module
  (type $early_exit (func (param i32) (result i32)))
  (import "env" "early_exit" (func $early_exit (type $early_exit)))
  (table funcref (elem $early_exit))
  (global $went_on (export "went_on") (mut i32) (i32.const 0))

  ;; Returns the host's result plus `code`.
  (func (export "direct") (param $code i32) (result i32)
    (call $note (local.get $code) (call $early_exit (local.get $code))))
  (func (export "indirect") (param $code i32) (result i32)
    (call $note (local.get $code) (call_indirect (type $early_exit) (local.get $code) (i32.const 0))))

  ;; Reached only if the host function returns.
  (func $note (param $code i32) (param $returned i32) (result i32)
    (global.set $went_on (i32.add (global.get $went_on) (i32.const 1)))
    (i32.add (local.get $code) (local.get $returned)))

  (func (export "trap") unreachable))
