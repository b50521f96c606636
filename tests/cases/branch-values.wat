;; The values that a branch carries while its index is overwritten, and pairs of instructions that an engine fuses.
;; Reports: wasmi#888, wasmi#1904, wasmi#1958, wasmi#1970.
;;
;;> --invoke index_carried 0
;;= returned 110; 0 calls
;;> --invoke index_carried 1
;;= returned 1011; 0 calls
;;> --invoke index_carried 2
;;= returned 10012; 0 calls
;;> --invoke index_carried 7
;;= returned 10017; 0 calls
;;> --invoke index_overwritten 0
;;= returned 40040; 0 calls
;;> --invoke index_overwritten 1
;;= returned 0; 0 calls
;;> --invoke before_the_host 7
;;= returned 307; 2 calls
;;> --invoke before_the_host 7 --exit-at stop
;;= exited early with exit code: 1; 2 calls
;;> --invoke loop_with_three 4
;;= returned 138; 0 calls
;;> --invoke negated_magnitude -0.5
;;= returned -4620693217682128896; 0 calls
;;> --invoke magnitude_negated 0
;;= returned 0; 0 calls
;;> --invoke magnitude_negated -- -nan:0x1
;;= returned 2139095041; 0 calls
;;> --invoke widened 0
;;= returned 160934016; 0 calls
;;> --invoke widened 1
;;= returned 126870347; 0 calls
;;> --invoke widened 2
;;= returned 222195147; 0 calls
;;> --invoke widened 3
;;= returned 128387712; 0 calls
;;> --invoke widened 4
;;= returned -32061899; 0 calls
;;> --invoke widened 5
;;= returned 127871104; 0 calls
;;> --invoke widened 6
;;= returned 288062667; 0 calls
;;> --invoke branch_on_pair nan 1
;;= returned 1; 0 calls
;;> --invoke branch_on_pair 0.5 1
;;= returned 2; 0 calls
;;> --invoke branch_on_pair 1 1
;;= returned 1; 0 calls
(module
  (import "host" "zero" (func $zero (result i32)))
  (import "host" "stop" (func $stop (param i32)))
  (memory (export "memory") 1 1)
  (data (i32.const 0) "\80\7f\ff\80\01\80\ff\7f")
  ;; the index is the value that is carried, plus ten; each target adds a power of ten
  (func (export "index_carried") (param i32) (result i32)
    (block $c (result i32) (block $b (result i32) (block $a (result i32)
      (i32.add (local.get 0) (i32.const 10)) (local.get 0) (br_table $a $b $c))
      (return (i32.add (i32.const 100))))
      (return (i32.add (i32.const 1000))))
    (i32.add (i32.const 10000)))
  ;; the index is put away, and the local that it was in takes what is carried
  (func (export "index_overwritten") (param i32) (result i32)
    (local $carried i32)
    (block $b (result i32) (block $a (result i32)
      (local.tee $carried (i32.add (local.get 0) (i32.const 40)))
      (local.get 0)
      (local.set 0 (local.get $carried))
      (br_table $a $b))
      (return (i32.add (i32.mul (local.get 0) (i32.const 1000)))))
    (i32.sub (local.get 0)))
  ;; what is on the stack is what the local was before it was set by the host
  (func (export "before_the_host") (param i32) (result i32)
    (i32.add (local.get 0)
      (i32.mul (i32.const 100) (local.tee 0 (i32.add (i32.const 3) (call $zero)))))
    (call $stop (local.get 0)))
  (func (export "loop_with_three") (param i32) (result i32)
    (i32.const 1) (i32.const 2) (local.get 0)
    (loop $l (param i32 i32 i32) (result i32)
      (local.set 0) (i32.add) (i32.const 5) (i32.sub (local.get 0) (i32.const 1))
      (br_if $l (i32.gt_s (local.get 0) (i32.const 0)))
      (i32.sub) (i32.mul)))
  (func (export "negated_magnitude") (param f64) (result i64) (i64.reinterpret_f64 (f64.neg (f64.abs (local.get 0)))))
  (func (export "magnitude_negated") (param f32) (result i32) (i32.reinterpret_f32 (f32.abs (f32.neg (local.get 0)))))
  (func (export "widened") (param i32) (result i64)
    (i64.add (i64.mul (i64.const 1000003) (i64.extend16_s (i64.load8_u (local.get 0))))
      (i64.add (i64.mul (i64.const 1009) (i64.extend32_s (i64.load16_s align=1 (local.get 0))))
        (i64.extend_i32_s (i32.extend8_s (i32.load16_u align=1 (local.get 0)))))))
  (func (export "branch_on_pair") (param f64 f64) (result i32)
    (if (result i32) (i32.eqz (f64.lt (local.get 0) (local.get 1))) (then (i32.const 1)) (else (i32.const 2)))))
