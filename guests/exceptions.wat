;; Catches what it can: exceptions of its own and of the host's, and whatever else a `catch_all` would see.
(module
  (import "env" "early_exit" (func $early_exit (param i32)))
  (import "env" "throw" (func $throw (param i32)))
  (import "env" "oops" (tag $oops (param i32)))

  ;; The host's exit below a `catch_all`: -1 if that caught it, `code + n` if the host function returned.
  (func (export "run") (param $code i32) (param $n i32) (result i32)
    (block $caught
      (try_table (catch_all $caught)
        (call $early_exit (local.get $code)))
      (return (i32.add (local.get $code) (local.get $n))))
    (i32.const -1))

  ;; The same with an exception of the guest's own.
  (func (export "throw_and_catch_all") (param $payload i32) (result i32)
    (block $caught
      (try_table (catch_all $caught)
        (throw $oops (local.get $payload)))
      (return (i32.const 0)))
    (i32.const -1))

  (func (export "throw") (param $payload i32) (result i32)
    (throw $oops (local.get $payload)))

  ;; The host throws: the payload if it was caught by its tag, 0 if the host function returned.
  (func (export "host_throws") (param $payload i32) (result i32)
    (block $caught (result i32)
      (try_table (catch $oops $caught)
        (call $throw (local.get $payload)))
      (i32.const 0)))

  ;; The host throws: -1 if it was caught by `catch_all`.
  (func (export "host_throws_catch_all") (param $payload i32) (result i32)
    (block $caught
      (try_table (catch_all $caught)
        (call $throw (local.get $payload)))
      (return (i32.const 0)))
    (i32.const -1))

  ;; The host throws, and nobody catches.
  (func (export "host_throws_bare") (param $payload i32) (result i32)
    (call $throw (local.get $payload))
    (i32.const 0)))
