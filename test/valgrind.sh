#!/bin/bash
# valgrind.sh: unit tests, and a session of a server, under valgrind's memcheck
#
# The session is a single-user backend of a data directory of its own, which trains,
# forecasts, trains again and tests back (valgrind.sql); jobs and parallel workers are processes
# of their own, and are left to the sanitizers.  PostgreSQL was not built for memcheck, which
# therefore sees its malloc, not what it shares out of that in smaller pieces; its
# own noise is in valgrind.supp.  Leaks are not looked for, contexts have none.
set -eu
cd "$(dirname "$0")/.."
. test/lib.sh

# With QUICK those that take seconds; else all but electric, which trains one large network on data from
# elsewhere: well over an hour of one core.
UNIT=${UNIT:-${QUICK:+calendar metrics panel reference samples transform}}
[ -n "$UNIT" ] || UNIT=$(basename -s .c test/unit/test_*.c | sed -e 's/^test_//' -e '/^electric$/d')
MEMCHECK="valgrind --quiet --error-exitcode=99 --suppressions=$PWD/test/valgrind.supp"
passed=0 failed=0

# check NAME COMMAND...: run it, and count it
check() {
    local name=$1 start=$SECONDS
    shift

    if "$@" > "$dir/log" 2>&1 && ! grep -E '^==[0-9]+== ' "$dir/log"; then
        echo "valgrind: $name: nothing found ($((SECONDS - start)) s)"
        passed=$((passed + 1))
    else
        tail -n 60 "$dir/log"
        echo "valgrind: $name FAILED"
        failed=$((failed + 1))
    fi
}

# With the narrowest vectors, which memcheck runs several times faster than wide ones.
unit() {
    local test

    "$MAKE" -s unit-programs LEVEL=BASELINE TESTS="$(echo $UNIT)"
    for test in $UNIT; do
        case $test in
            *_double) check "$test" $MEMCHECK "build/unit-double-BASELINE/test_$test" ;;
            *) check "$test" $MEMCHECK "build/unit-BASELINE/test_$test" ;;
        esac
    done
}

# backend COMMAND...: a single-user backend, run by a command; statements from standard input
backend() {
    (cd "$dir/run" && as_server "$@" "$("$PG_CONFIG" --bindir)/postgres" --single -j -D data postgres)
}

# It goes on after an error, and ends well.
session() {
    backend $MEMCHECK < test/valgrind.sql && ! grep -q 'ERROR:' "$dir/log" && grep -q 'the end' "$dir/log"
}

dir=$(mktemp -d "${TMPDIR:-/tmp}/recurnet-valgrind.XXXXXX")
chmod 755 "$dir"
on_exit rm -rf "$dir"
build_and_install
unit
mkdir "$dir/run"
[ "$(id -u)" -ne 0 ] || chown "$(server_user):" "$dir/run"
(cd "$dir/run" && as_server "$("$PG_CONFIG" --bindir)/initdb" -D data -A trust -E UTF8 --locale=C.UTF-8 -N) > "$dir/log" 2>&1 ||
    { tail "$dir/log" >&2; die "initdb failed"; }
check session session
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
