;; The guest of the main scenario: calls the host's `early_exit` with `code`, and returns `code + n` if the host returns.
(module
  (import "env" "early_exit" (func $early_exit (param i32)))
  (func (export "run") (param $code i32) (param $n i32) (result i32)
    (call $early_exit (local.get $code))
    ;; Reached only if the host function returns.
    (i32.add (local.get $code) (local.get $n))))
