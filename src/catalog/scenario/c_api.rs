//! Scenarios of the standard C API, where an exit is a trap with a message.
scenarios![
    MESSAGE(
        "c-api/message",
        "a host function's message comes back as it was, with a final NUL",
        &["sent `exit code: 1` and a final NUL", "came `exit code: 1`, with a final NUL: true"],
    ),
    MESSAGE_WITHIN(
        "c-api/message-within",
        "what comes back has the host function's message in it, alone in its line, for each code",
        &[
            "asked for 0: `exit code: 0`",
            "asked for 1: `exit code: 1`",
            "asked for 255: `exit code: 255`",
            "asked for 2147483647: `exit code: 2147483647`",
            "asked for 2147483648: `exit code: 2147483648`",
            "asked for 4294967295: `exit code: 4294967295`",
        ],
    ),
    MESSAGE_WITHOUT_NUL(
        "c-api/message-without-nul",
        "a message without a final NUL comes back too",
        &["sent `exit code: 1`", "came `exit code: 1`"],
    ),
    SIDE_CHANNEL(
        "c-api/side-channel",
        "a host function leaves the code in its environment; two instances do not mix theirs up",
        &[
            "asked for 0: 0 and 1000",
            "asked for 1: 1 and 1001",
            "asked for 255: 255 and 1255",
            "asked for 2147483647: 2147483647 and 2147484647",
            "asked for 2147483648: 2147483648 and 2147484648",
            "asked for 4294967295: 4294967295 and 999",
            "let pass, it returns 20",
        ],
    ),
    TRAP_OR_EXIT(
        "c-api/trap-or-exit",
        "a trap of the guest's is told from an exit, by the environment and by the message",
        &[
            "unreachable: no code; a trap: unreachable",
            "divide: no code; a trap: integer divide by zero",
            "exit: code 5; a trap: none",
            "unreachable: no code; a trap: unreachable",
        ],
    ),
    START(
        "c-api/start",
        "the start function exits: there is no instance, and its trap is the host function's",
        &["codes: 0, 1, 255, 2147483647, 2147483648, 4294967295", "let pass, it is an instance"],
    ),
    NESTED(
        "c-api/nested",
        "an exit goes through host functions that hand the trap of a nested call on",
        &[
            "through 0 nested calls: code 7, with its message: true",
            "through 1 nested calls: code 7, with its message: true",
            "through 8 nested calls: code 7, with its message: true",
            "without an exit, 8 nested calls return 8",
        ],
    ),
    THREADS(
        "c-api/threads",
        "eight threads with a store each, on one engine, exit with codes of their own",
        &["8000 of 8000 exits with the code that was raised"],
    ),
    SOAK(
        "c-api/soak",
        "a hundred thousand exits leave nothing behind",
        &["100000 exits with the code that was raised", "resident memory grew by less than 1 MiB"],
    )
    .within_seconds(120)
    .alone(),
    EXPORT_ORDER(
        "c-api/export-order",
        "exports come in the module's order, by which alone an instance's are told",
        &["the module's exports: z, a, m", "the first of the instance is a function: true"],
    ),
    NULL_ENVIRONMENT(
        "c-api/null-environment",
        "host functions with an environment of NULL, and with none, exit",
        &["without an environment: exited", "with one of NULL: exited"],
    ),
    HOST_INFO(
        "c-api/trap-host-info",
        "`wasm_trap_set_host_info` attaches something to a trap that the caller of the guest gets back",
        &["attached: true", "came back: true"],
    ),
];
