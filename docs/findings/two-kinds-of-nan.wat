;; LLVM refuses it: four floats that may be NaNs are taken for two doubles.
(module (func (export "f") (param v128) (result v128) (f64x2.ceil (f32x4.sqrt (local.get 0)))))
