use assert_cmd::Command;

fn early_exit(arguments: &[&str]) -> assert_cmd::assert::Assert {
    Command::new(env!("CARGO_BIN_EXE_early-exit")).args(arguments).assert()
}

#[test]
#[cfg(feature = "cranelift")]
fn one_backend_prints_the_four_lines() {
    early_exit(&["--backend", "cranelift"]).success().stdout(
        "Compiling module...\n\
         Instantiating module...\n\
         Calling `run` function...\n\
         Exited early with exit code: 1\n",
    );
}
