;; The traps of structures, arrays, casts and typed references.
;;
;;> --invoke struct_null
;;> --invoke struct_set_null
;;> --invoke array_null
;;> --invoke i31_null
;;> --invoke as_non_null
;;> --invoke call_ref_null
;;= trapped: null reference; 0 calls
;;> --invoke array_get 3
;;= returned 0; 0 calls
;;> --invoke array_get 4
;;> --invoke array_get -1
;;> --invoke array_set 4
;;= trapped: out of bounds array access; 0 calls
;;> --invoke array_fill 4 0
;;= returned; 0 calls
;;> --invoke array_fill 5 0
;;> --invoke array_fill 0 5
;;> --invoke array_fill -1 -1
;;> --invoke array_copy 0 1 4
;;= trapped: out of bounds array access; 0 calls
;;> --invoke array_copy 4 4 0
;;= returned; 0 calls
;;> --invoke array_copy 5 0 0
;;= trapped: out of bounds array access; 0 calls
;;> --invoke array_new_data 0 4
;;= returned 4; 0 calls
;;> --invoke array_new_data 1 4
;;> --invoke array_new_data 5 0
;;= trapped: out of bounds memory access; 0 calls
;;> --invoke array_init_data 0 0 5
;;> --invoke array_init_data 1 0 4
;;= trapped: out of bounds array access; 0 calls
;;> --invoke array_init_data 4 4 0
;;= returned; 0 calls
;;> --invoke array_new_elem 0 1
;;= returned 1; 0 calls
;;> --invoke array_new_elem 1 1
;;= trapped: out of bounds table access; 0 calls
;;> --invoke array_new 10
;;= returned 10; 0 calls
;;> --invoke array_new -1
;;> --invoke array_new 200000000
;;= trapped: allocation size too large; 0 calls
;;> --invoke cast 1
;;= returned 2; 0 calls
;;> --invoke cast 0
;;> --invoke cast_null
;;= trapped: cast failure; 0 calls
;;> --invoke i31 1073741824
;;= returned -1073741824; 0 calls
;;> --invoke call_ref
;;= returned 7; 0 calls
(module
  (type $point (struct (field $x (mut i32)) (field $y i64)))
  (type $sub (sub (struct (field i32))))
  (type $subsub (sub $sub (struct (field i32) (field i32))))
  (type $bytes (array (mut i8)))
  (type $words (array (mut i64)))
  (type $f (func (result i32)))
  (data $d "abcd")
  (elem $e func $seven)
  (type $funcs (array (mut funcref)))
  (func $seven (result i32) (i32.const 7))
  (func (export "struct_null") (result i32) (struct.get $point $x (ref.null $point)))
  (func (export "struct_set_null") (struct.set $point $x (ref.null $point) (i32.const 1)))
  (func (export "array_null") (result i32) (array.len (ref.null $bytes)))
  (func (export "array_get") (param i32) (result i32) (array.get_u $bytes (array.new_default $bytes (i32.const 4)) (local.get 0)))
  (func (export "array_set") (param i32) (array.set $words (array.new_default $words (i32.const 4)) (local.get 0) (i64.const 1)))
  (func (export "array_fill") (param i32 i32) (array.fill $bytes (array.new_default $bytes (i32.const 4)) (local.get 0) (i32.const 1) (local.get 1)))
  (func (export "array_copy") (param i32 i32 i32)
    (array.copy $bytes $bytes (array.new_default $bytes (i32.const 4)) (local.get 0) (array.new_default $bytes (i32.const 4)) (local.get 1) (local.get 2)))
  (func (export "array_new_data") (param i32 i32) (result i32) (array.len (array.new_data $bytes $d (local.get 0) (local.get 1))))
  (func (export "array_init_data") (param i32 i32 i32) (array.init_data $bytes $d (array.new_default $bytes (i32.const 4)) (local.get 0) (local.get 1) (local.get 2)))
  (func (export "array_new_elem") (param i32 i32) (result i32) (array.len (array.new_elem $funcs $e (local.get 0) (local.get 1))))
  (func (export "array_new") (param i32) (result i32) (array.len (array.new_default $words (local.get 0))))
  (func (export "cast") (param i32) (result i32)
    (struct.get $subsub 1 (ref.cast (ref $subsub)
      (if (result (ref $sub)) (local.get 0) (then (struct.new $subsub (i32.const 1) (i32.const 2))) (else (struct.new $sub (i32.const 1)))))))
  (func (export "cast_null") (drop (ref.cast (ref $sub) (ref.null none))))
  (func (export "as_non_null") (drop (ref.as_non_null (ref.null any))))
  (func (export "i31_null") (result i32) (i31.get_s (ref.null i31)))
  (func (export "i31") (param i32) (result i32) (i31.get_s (ref.i31 (local.get 0))))
  (func (export "call_ref_null") (result i32) (call_ref $f (ref.null $f)))
  (func (export "call_ref") (result i32) (call_ref $f (ref.func $seven)))
  (elem declare func $seven))
