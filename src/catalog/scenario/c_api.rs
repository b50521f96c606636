//! Scenarios of the standard C API, where an exit is a trap with a message.
use super::Scenario;

/// The message of the host's trap.
pub static MESSAGE: Scenario = Scenario::by_family(
    "c-api/message",
    "a host function's message comes back as it was, with a final NUL",
    &["sent `exit code: 1` and a final NUL", "came `exit code: 1`, with a final NUL: true"],
);

/// The host function's message as a line of the returned message.
pub static MESSAGE_WITHIN: Scenario = Scenario::by_family(
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
);

/// A message without the final NUL that the header requires.
pub static MESSAGE_WITHOUT_NUL: Scenario = Scenario::by_family(
    "c-api/message-without-nul",
    "a message without a final NUL comes back too",
    &["sent `exit code: 1`", "came `exit code: 1`"],
);

/// The exit code in the environment of the host function.
pub static SIDE_CHANNEL: Scenario = Scenario::by_family(
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
);

/// The distinction between traps and exits.
pub static TRAP_OR_EXIT: Scenario = Scenario::by_family(
    "c-api/trap-or-exit",
    "a trap of the guest's is told from an exit, by the environment and by the message",
    &[
        "unreachable: no code; a trap: unreachable",
        "divide: no code; a trap: integer divide by zero",
        "exit: code 5; a trap: none",
        "unreachable: no code; a trap: unreachable",
    ],
);

/// An exit from the start function.
pub static START: Scenario = Scenario::by_family(
    "c-api/start",
    "the start function exits: there is no instance, and its trap is the host function's",
    &["codes: 0, 1, 255, 2147483647, 2147483648, 4294967295", "let pass, it is an instance"],
);

/// An exit through several guests and hosts.
pub static NESTED: Scenario = Scenario::by_family(
    "c-api/nested",
    "an exit goes through host functions that hand the trap of a nested call on",
    &[
        "through 0 nested calls: code 7, with its message: true",
        "through 1 nested calls: code 7, with its message: true",
        "through 8 nested calls: code 7, with its message: true",
        "without an exit, 8 nested calls return 8",
    ],
);

/// Exits on several threads.
pub static THREADS: Scenario = Scenario::by_family(
    "c-api/threads",
    "eight threads with a store each, on one engine, exit with codes of their own",
    &["8000 of 8000 exits with the code that was raised"],
);

/// Memory growth per exit.
pub static SOAK: Scenario = Scenario::by_family(
    "c-api/soak",
    "a hundred thousand exits leave nothing behind",
    &["100000 exits with the code that was raised", "resident memory grew by less than 1 MiB"],
)
.within_seconds(120)
.alone();

/// The order of exports.
pub static EXPORT_ORDER: Scenario = Scenario::by_family(
    "c-api/export-order",
    "exports come in the module's order, by which alone an instance's are told",
    &["the module's exports: z, a, m", "the first of the instance is a function: true"],
);

/// Host functions without an environment.
pub static NULL_ENVIRONMENT: Scenario = Scenario::by_family(
    "c-api/null-environment",
    "host functions with an environment of NULL, and with none, exit",
    &["without an environment: exited", "with one of NULL: exited"],
);

/// Host info attached to a trap.
pub static HOST_INFO: Scenario = Scenario::by_family(
    "c-api/trap-host-info",
    "`wasm_trap_set_host_info` attaches something to a trap that the caller of the guest gets back",
    &["attached: true", "came back: true"],
);

pub(crate) static ALL: &[&Scenario] = &[
    &MESSAGE,
    &MESSAGE_WITHIN,
    &MESSAGE_WITHOUT_NUL,
    &SIDE_CHANNEL,
    &TRAP_OR_EXIT,
    &START,
    &NESTED,
    &THREADS,
    &SOAK,
    &EXPORT_ORDER,
    &NULL_ENVIRONMENT,
    &HOST_INFO,
];
