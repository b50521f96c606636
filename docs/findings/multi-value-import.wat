;; Singlepass panics over it: it imports a function with two results.
(module (import "env" "two" (func (result i32 i32))))
