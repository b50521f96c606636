//! Tests of `list`.
use serde_json::Value;

use crate::{here, stdout};

fn listing() -> Value {
    serde_json::from_str(&stdout(&["list", "--json"])).expect("--json prints JSON")
}

#[test]
fn every_backend_is_listed_with_its_presence() {
    let listing = listing();
    let backends = listing["backends"].as_array().unwrap();
    assert_eq!(backends.len(), early_exit::engine::ALL.len());
    for entry in backends.iter().filter(|entry| entry["floor"] == false) {
        let is_here = here().contains(&entry["name"].as_str().unwrap());
        assert_eq!(entry["availability"] == "here", is_here, "{entry}");
        assert_eq!(entry["backend_info"].is_object(), is_here, "{entry}");
    }
}

#[test]
#[cfg(all(feature = "llvm", unix))]
fn llvm_is_listed_with_its_version() {
    let listing = listing();
    let llvm = listing["backends"].as_array().unwrap().iter().find(|entry| entry["name"] == "llvm").unwrap();
    assert!(llvm["backend_info"]["llvm"].as_str().unwrap().starts_with("22.1."), "{llvm}");
}

#[test]
fn every_scenario_and_benchmark_is_listed() {
    let listing = listing();
    let ids = |of: &str| -> Vec<String> {
        listing[of].as_array().unwrap().iter().map(|entry| entry["id"].as_str().unwrap().to_owned()).collect()
    };
    assert!(ids("scenarios").iter().eq(early_exit::catalog::scenario::all().map(|scenario| scenario.id)));
    assert!(ids("benchmarks").iter().eq(early_exit::catalog::benchmark::all().map(|benchmark| benchmark.id)));
}

#[test]
fn a_backend_that_is_not_compiled_in_is_marked() {
    let table = stdout(&["list"]);
    for backend in early_exit::engine::ALL.iter().filter(|backend| !backend.is_here()) {
        let row = table.lines().find(|line| line.starts_with(backend.name)).expect("every backend has a row");
        assert!(row.contains("not "), "{row}");
    }
}
