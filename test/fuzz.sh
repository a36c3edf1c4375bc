#!/bin/bash
# fuzz.sh TARGET...: each fuzz target of test/fuzz for $TIME seconds
#
# Called by `make fuzz`, which has built them.  Starts from the committed corpus
# and what earlier runs found (build/fuzz/found), where new finds go, too.  Ends
# with a line of counts, and an input that breaks a promise is kept.
# The targets that are no program of build/fuzz run in a backend (test/fuzz/server).
set -eu
cd "$(dirname "$0")/.."
. test/lib.sh
. test/instrumented.sh
. test/fuzz/server/server.sh
TIME=${TIME:-60}
passed=0 failed=0 dir=
remove() { rm -rf "$dir"; }
on_exit remove
export ASAN_OPTIONS=detect_leaks=0:allocator_may_return_null=1:abort_on_error=0 UBSAN_OPTIONS=print_stacktrace=1

# fuzz TARGET ARGUMENT...: run it, wherever it runs
fuzz() {
    local target=$1
    shift

    if [ -e "test/fuzz/$target.c" ]; then
        ASAN_OPTIONS=allocator_may_return_null=1 "build/fuzz/$target" "$@" -timeout=60 -rss_limit_mb=2048 \
            -artifact_prefix="build/fuzz/broken/$target-" "build/fuzz/found/$target" "test/fuzz/corpus/$target"
        return
    fi
    fuzz_server "$dir" "$target" "$@"
}

for target in "$@"; do
    [ ! -e "test/fuzz/$target.c" ] || continue
    dir=$(mktemp -d "${TMPDIR:-/tmp}/recurnet-fuzz.XXXXXX")
    chmod 755 "$dir"
    build_server "$dir"
    break
done

for target in "$@"; do
    corpus=test/fuzz/corpus/$target
    [ -d "$corpus" ] || { echo "fuzz: $target has no corpus" >&2; exit 1; }
    mkdir -p "build/fuzz/found/$target" build/fuzz/broken
    status=0
    log=build/fuzz/$target.log
    attended fuzz "$target" -max_total_time="$TIME" -max_len=16384 -print_final_stats=1 > "$log" 2>&1 || status=$?
    runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
    if [ "$status" -eq 0 ] && [ "${runs:-0}" -gt 0 ]; then
        echo "fuzz: $target: $runs inputs in $TIME s, nothing found"
        passed=$((passed + 1))
    else
        tail -n 60 "$log"
        echo "fuzz: $target FAILED; the input is in build/fuzz/broken"
        failed=$((failed + 1))
    fi
done

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
