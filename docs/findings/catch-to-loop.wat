;; LLVM dies over it: a catch goes back to a loop that takes a value.
(module (tag $t (param i64))
  (func (export "f") (param i64)
    local.get 0
    loop (param i64) drop
      try_table (catch $t 0) end
    end))
