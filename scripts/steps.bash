# Runs the steps of a check, and keeps what each came to: sourced by scripts/feature-matrix and scripts/test.
#
#   step NAME COMMAND...  runs it, with its output in a log that is shown only when it fails; never ends the caller.
#                         Exit status 77 means, as in automake: it could not be done here, and was skipped
#   note_skip NAME WHY    notes a step that was left out
#   totals                prints how many tests passed and failed, and how many steps failed
#
# The results are in $EARLY_EXIT_STEPS/results, a line each: name, passed|failed|skipped, seconds, tests passed, tests
# failed. A script that calls another hands that folder on in the environment, so that both add to one list.
# shellcheck shell=bash

if [ -z "${EARLY_EXIT_STEPS-}" ]; then
    EARLY_EXIT_STEPS=$(mktemp -d)
    export EARLY_EXIT_STEPS
    trap 'rm -rf "$EARLY_EXIT_STEPS"' EXIT
    : >"$EARLY_EXIT_STEPS/results"
fi

step() {
    local name=$1 log status=0 verdict start=$SECONDS seconds tests passed failed
    shift
    log=$(mktemp "$EARLY_EXIT_STEPS/log.XXXXXX")
    echo "$name ..."
    "$@" >"$log" 2>&1 </dev/null || status=$?
    seconds=$((SECONDS - start))
    case $status in
        0) verdict=passed ;;
        77) note_skip "$name" "$(tail -n 1 "$log")" && return ;;
        *) verdict=failed ;;
    esac
    tests=$(count_tests <"$log")
    passed=${tests% *} failed=${tests#* }
    if [ "$verdict" = failed ]; then
        echo "    failed: $*"
        sed 's/^/    | /' "$log"
    fi
    [ "$passed $failed" = "0 0" ] || tests=", tests: $passed passed, $failed failed"
    echo "$name: $verdict in $seconds s${tests#0 0}"
    printf '%s\t%s\t%s\t%s\t%s\n' "$name" "$verdict" "$seconds" "$passed" "$failed" >>"$EARLY_EXIT_STEPS/results"
}

note_skip() {
    echo "$1: skipped, $2"
    printf '%s\tskipped\t0\t0\t0\n' "$1" >>"$EARLY_EXIT_STEPS/results"
}

# Reads what `cargo test` printed, criterion's test mode included, which says no more than Success.
count_tests() {
    awk '
        /^test result: / { for (i = 2; i <= NF; i++) { if ($i == "passed;") passed += $(i - 1); if ($i == "failed;") failed += $(i - 1) } }
        /^Success$/ { passed++ }
        END { print passed + 0, failed + 0 }
    '
}

# A step that failed with no test to blame (a lint, a build) counts as one failure, so that a red run never says 0 failed.
totals() {
    awk -F '\t' '
        { passed += $4; failed += $5 }
        $2 == "failed" { steps++; if ($5 == 0) failed++ }
        END { print passed + 0, failed + 0, steps + 0 }
    ' "$EARLY_EXIT_STEPS/results"
}
