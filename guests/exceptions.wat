;; Catches exceptions of the guest and of the host, by tag and by `catch_all`, and exits below a `catch_all`.
(module
  (import "env" "early_exit" (func $early_exit (param i32)))
  (import "env" "throw" (func $throw (param i32)))
  (import "env" "oops" (tag $oops (param i32)))

  ;; The host exits below a `catch_all`: returns -1 if the exit is caught, `code + n` if the host function returns.
  (func (export "run") (param $code i32) (param $n i32) (result i32)
    (block $caught
      (try_table (catch_all $caught)
        (call $early_exit (local.get $code)))
      (return (i32.add (local.get $code) (local.get $n))))
    (i32.const -1))

  ;; The guest throws: returns -1 if `catch_all` catches.
  (func (export "throw_and_catch_all") (param $payload i32) (result i32)
    (block $caught
      (try_table (catch_all $caught)
        (throw $oops (local.get $payload)))
      (return (i32.const 0)))
    (i32.const -1))

  (func (export "throw") (param $payload i32) (result i32)
    (throw $oops (local.get $payload)))

  ;; The host throws: returns the payload if the tag catches, 0 if the host function returns.
  (func (export "host_throws") (param $payload i32) (result i32)
    (block $caught (result i32)
      (try_table (catch $oops $caught)
        (call $throw (local.get $payload)))
      (i32.const 0)))

  ;; The host throws: returns -1 if `catch_all` catches, 0 if the host function returns.
  (func (export "host_throws_catch_all") (param $payload i32) (result i32)
    (block $caught
      (try_table (catch_all $caught)
        (call $throw (local.get $payload)))
      (return (i32.const 0)))
    (i32.const -1))

  ;; The host throws, and the guest does not catch: returns 0 if the host function returns.
  (func (export "host_throws_bare") (param $payload i32) (result i32)
    (call $throw (local.get $payload))
    (i32.const 0)))
