#!/bin/bash
# sanitize.sh: the extension in a server, under the address and undefined sanitizers
#
# Built so, and loaded into a server of its own (instrumented.sh), it has to pass
# all parts of the test suite that need a server.  The server is not built so; the address
# sanitizer is loaded before it, and sees its malloc, not what it shares out of that in
# smaller pieces.  What a sanitizer finds is kept, fails this, and ends the backend.
set -eu
cd "$(dirname "$0")/.."
. test/lib.sh
. test/instrumented.sh

FLAGS="-O1 -g -fno-omit-frame-pointer -DRN_NO_DISPATCH -DNOTICE_INTERVAL_MS=3600000 -fsanitize=address,undefined -fno-sanitize-recover=all"

dir=$(mktemp -d "${TMPDIR:-/tmp}/recurnet-sanitize.XXXXXX")
chmod 755 "$dir"
mkdir -m 1777 "$dir/found"
on_exit rm -rf "$dir"
copy_sources "$dir/source"
copy_postgres "$dir/postgres"
sanitize_postgres "$dir" "$(${CC:-gcc} -print-file-name=libasan.so)"
cd "$dir/source"
export WERROR= COPT="$FLAGS"
"$MAKE" -s -j"$(nproc)" all > "$dir/build.log" 2>&1 || { tail "$dir/build.log" >&2; die "it does not build with sanitizers"; }
"$MAKE" -s install > /dev/null
# Leaks are not looked for: the server's own would be found, and contexts have none.  What is
# freed is kept for a while, to find who uses it; no more of it than tests of memory used allow.
export ASAN_OPTIONS=detect_leaks=0:abort_on_error=1:allocator_may_return_null=1:quarantine_size_mb=8:log_path=$dir/found/asan
export UBSAN_OPTIONS=print_stacktrace=1:abort_on_error=1:log_path=$dir/found/ubsan
# All of it is several times slower: what does not end is told from that later.
export PG_TEST_TIMEOUT_DEFAULT=${PG_TEST_TIMEOUT_DEFAULT:-900}
# A backend also ends where it asks for more at once than mutants.sql allows it, and a little.
status=0
attended env PARTS="${PARTS:-regress isolation pgtap tap}" test/run.sh || status=$?
attended env ASAN_OPTIONS="$ASAN_OPTIONS:max_allocation_size_mb=40:allocator_may_return_null=0" \
    test/fuzz/mutants.sh "${MUTANTS:-5000}" || status=$?
if [ -n "$(ls "$dir/found")" ]; then
    head -n 60 "$dir"/found/*
    die "sanitizers found something in $(ls "$dir/found" | wc -l) processes, see above"
fi
exit "$status"
