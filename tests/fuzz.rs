//! Tests of `fuzz`: random modules on all backends.
use std::fs;

use early_exit::engine::BackendSpec;
use early_exit::fuzz::campaign::{FuzzConfig, random};
use early_exit::fuzz::feature_set::FeatureSet;
use early_exit::fuzz::result::RandomRun;
use early_exit::fuzz::seed::ModuleSeed;
use early_exit::worker::Launcher;

use crate::{EARLY_EXIT, early_exit, here, stdout};

/// The result of a run, without its duration.
fn run(arguments: &[&str]) -> RandomRun {
    let folder = tempfile::tempdir().unwrap();
    let save = folder.path().to_str().unwrap();
    let printed = stdout(&[&["fuzz", "--json", "--save", save], arguments].concat());
    let run: RandomRun = serde_json::from_str(&printed).unwrap_or_else(|error| panic!("{error}: {printed}"));
    RandomRun { seconds: 0.0, ..run }
}

/// Two variants of one backend that differ only in their names.
fn controls() -> Option<[String; 2]> {
    let one = here().into_iter().next()?;
    // An interpreter has no threads of a compiler.
    let option = if one == "wasmi" { "limiter=on" } else { "threads=1" };
    Some([one.into(), format!("{one}:{option}")])
}

#[test]
fn a_seed_gives_the_same_modules_however_many_are_tried_at_once() {
    let Some([one, other]) = controls() else { return };
    let asked = ["--count", "60", "--seed", "11", "--backend", &one, "--backend", &other];
    let [alone, at_once] = ["1", "3"].map(|jobs| run(&[&asked[..], &["--jobs", jobs]].concat()));
    assert_eq!(alone, at_once);
    assert_eq!(alone.tally.modules + alone.tally.none, 60);
    assert!(alone.tally.calls > alone.tally.modules && alone.tally.exits > 0, "{:?}", alone.tally);
    assert_eq!(alone.kinds, [], "a backend disagrees with itself");
    let others = run(&["--count", "60", "--seed", "12", "--backend", &one, "--backend", &other]);
    assert_ne!(others.tally, alone.tally);
}

#[test]
fn backends_agree_except_for_known_issues() {
    if here().len() < 2 {
        return;
    }
    let run = run(&["--count", "30", "--seed", "4"]);
    assert_eq!(run.variants, here());
    assert_eq!(run.unexplained().count(), 0, "{:#?}", run.kinds);
}

#[test]
fn one_backend_alone_is_refused() {
    let Some(one) = here().into_iter().next() else { return };
    let output = early_exit(&["fuzz", "--backend", one]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("at least two backends"));
}

/// A fake worker that reports wrong results for the second variant: one module's digest, and the outcome of its compilation.
#[cfg(unix)]
#[test]
fn a_backend_that_does_otherwise_is_found_out_and_its_module_made_smaller() {
    use std::os::unix::fs::PermissionsExt;

    let Some([one, other]) = controls() else { return };
    let folder = tempfile::tempdir().unwrap();
    let liar = folder.path().join("liar");
    let lies = r#"-e 's/number\\":7,\\"digest\\":[0-9]*/number\\":7,\\"digest\\":5/' -e 's/"ended":"compiled"/"ended":"refused"/g'"#;
    let script = format!(
        "#!/bin/sh\ncase \"$2\" in {other}) {EARLY_EXIT} worker {one} | sed -u {lies};; *) exec {EARLY_EXIT} worker {one};; esac\n"
    );
    fs::write(&liar, script).unwrap();
    fs::set_permissions(&liar, fs::Permissions::from_mode(0o755)).unwrap();

    let features = FeatureSet { features: vec!["multi-value".into()] };
    let (count, names) = (25, vec![one, other]);
    let specs = names.iter().map(BackendSpec::new).collect();
    let config = FuzzConfig { names, specs, features, seed: 5, count, jobs: 1 };
    let run = random(&Launcher::new(&liar), &config, &|_, _| ()).unwrap();
    let [kind] = run.kinds.as_slice() else { panic!("{:#?}", run.kinds) };
    assert_eq!((kind.times, kind.first.seed.number), (1, 7));
    assert_eq!(kind.first.property, "how it ended");
    let observed: Vec<_> = kind.first.groups.iter().map(|group| group.observed.as_str()).collect();
    assert_eq!(observed, ["compiled", "refused"]);
    assert!(kind.first.seed.entropy().len() < ModuleSeed::new(5, 7).entropy().len(), "{:?}", kind.first.seed);
}
