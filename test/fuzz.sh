#!/bin/bash
# fuzz.sh TARGET...: each fuzz target of test/fuzz for $TIME seconds
#
# Called by `make fuzz`, which has built them.  Starts from the committed corpus
# and what earlier runs found (build/fuzz/found), where new finds go, too.  Ends
# with a line of counts, and an input that breaks a promise is kept.
set -eu
cd "$(dirname "$0")/.."
TIME=${TIME:-60}
passed=0 failed=0

for target in "$@"; do
    corpus=test/fuzz/corpus/$target
    [ -d "$corpus" ] || { echo "fuzz: $target has no corpus" >&2; exit 1; }
    mkdir -p "build/fuzz/found/$target" build/fuzz/broken
    status=0
    log=build/fuzz/$target.log
    ASAN_OPTIONS=allocator_may_return_null=1 "build/fuzz/$target" -max_total_time="$TIME" -timeout=60 -rss_limit_mb=2048 \
        -max_len=16384 -print_final_stats=1 -artifact_prefix="build/fuzz/broken/$target-" \
        "build/fuzz/found/$target" "$corpus" > "$log" 2>&1 || status=$?
    runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
    if [ "$status" -eq 0 ]; then
        echo "fuzz: $target: ${runs:-?} inputs in $TIME s, nothing found"
        passed=$((passed + 1))
    else
        tail -n 60 "$log"
        echo "fuzz: $target FAILED; the input is in build/fuzz/broken"
        failed=$((failed + 1))
    fi
done

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
