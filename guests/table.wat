;; Calls the functions in its exported table, which other instances can fill.
(module
  (table (export "table") 2 funcref)
  (func (export "call") (param $index i32) (result i32) (call_indirect (result i32) (local.get $index))))
