//! Tests of `check soak`.
use early_exit::results::Verdict;
use early_exit::soak::result::SoakResult;
use early_exit::soak::workload::Mixture;

use crate::{early_exit, here, json, rejected};

#[test]
fn every_way_to_leave_a_guest_is_gone_through_and_sampled() {
    for backend in here() {
        let arguments = ["check", "soak", "--for", "2s", "--seed", "3", "--json", "--backend", backend];
        let output = early_exit(&arguments).output().unwrap();
        let soaked: Vec<SoakResult> = json(&output);
        let (soaked, exceptions) = match soaked.as_slice() {
            [soaked] => (soaked, None),
            [soaked, exceptions] => (soaked, Some(exceptions)),
            other => panic!("one backend was asked for: {other:?}"),
        };
        // These backends support exceptions. Two of them never free an exception, which is a known issue.
        let throws = ["cranelift", "llvm", "wasmtime-cranelift"].contains(&backend);
        assert_eq!(exceptions.is_some(), throws, "{backend}");
        if let Some(exceptions) = exceptions {
            assert_eq!((exceptions.mixture, &exceptions.failed), (Mixture::Exceptions, &None));
            assert!(exceptions.counts.exceptions > 0 && exceptions.counts.exits > 0, "{exceptions:?}");
            let verdicts = exceptions.verdicts(backend);
            assert!(!verdicts.iter().any(Verdict::is_bad), "{verdicts:?}");
            // A busy machine may have too few samples for a slope.
            if cfg!(target_os = "linux") && exceptions.samples.len() >= 8 {
                let keeps = backend != "wasmtime-cranelift";
                assert_eq!(exceptions.slope().is_some_and(|bytes| bytes > 100.0), keeps, "{exceptions:?}");
            }
        }
        assert_eq!((soaked.variant.as_str(), &soaked.failed), (backend, &None));
        let counts = soaked.counts;
        let ways = [counts.exits, counts.traps, counts.panics, counts.nested, counts.fresh];
        assert!(ways.iter().all(|times| *times > 0), "{counts:?}");
        // Threads load an artifact, which an interpreter does not have.
        let without = ["wasmi"].contains(&backend);
        assert_eq!(counts.on_threads == 0, without, "{counts:?}");
        assert!(soaked.samples.len() >= 3, "{soaked:?}");
        assert!(soaked.samples.windows(2).all(|two| two[0].times < two[1].times), "{soaked:?}");
        assert!(!cfg!(target_os = "linux") || soaked.samples.iter().all(|sample| sample.files.is_some()));
    }
}

#[test]
fn a_length_of_time_has_a_unit_that_is_known() {
    for wrong in ["0s", "5 weeks", "soon", "-3s", "nan"] {
        assert!(rejected(&["check", "soak", &format!("--for={wrong}")]).contains("s, m or h"), "{wrong}");
    }
}
