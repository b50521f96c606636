;; An element of a segment may be what an imported global holds. Wasmer's compilers refuse it.
(module
  (import "host" "f" (global funcref))
  (table 1 funcref)
  (elem (i32.const 0) funcref (global.get 0)))
