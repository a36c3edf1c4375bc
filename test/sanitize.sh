#!/bin/bash
# sanitize.sh: the extension in a server, under the address and undefined sanitizers
#
# Built so, and loaded into a server of its own (instrumented.sh), it has to pass
# the parts regress and pgtap of the test suite; what a sanitizer finds stands in
# the server's log, where cluster.sh finds it and takes it for a crash.
#
# The address sanitizer has to be loaded before all else, which not every build
# of PostgreSQL and its libraries survives.  Where it does not, this fails and says so;
# SANITIZERS=undefined then checks what can be checked.
set -eu
cd "$(dirname "$0")/.."
. test/lib.sh
. test/instrumented.sh

SANITIZERS=${SANITIZERS:-address,undefined}
preload=
case $SANITIZERS in *address*)
    preload=$(realpath "$(${CC:-gcc} -print-file-name=libasan.so)")
    [ -e "$preload" ] || die "${CC:-gcc} has no address sanitizer here"
esac
# Leaks are not looked for: the server's own would be found, and contexts have none.
export ASAN_OPTIONS=detect_leaks=0:abort_on_error=1:allocator_may_return_null=1:verify_asan_link_order=0
export UBSAN_OPTIONS=print_stacktrace=1

if ! timeout 60 env ${preload:+LD_PRELOAD="$preload"} "$("$PG_CONFIG" --bindir)/postgres" -V > /dev/null; then
    die "this PostgreSQL does not start with the address sanitizer: SANITIZERS=undefined does without it"
fi

dir=$(mktemp -d "${TMPDIR:-/tmp}/recurnet-sanitize.XXXXXX")
chmod 755 "$dir"
on_exit rm -rf "$dir"
copy_sources "$dir/source"
copy_postgres "$dir/postgres"
cd "$dir/source"
export WERROR= COPT="-O1 -g -fno-omit-frame-pointer -DRN_NO_DISPATCH -fsanitize=$SANITIZERS"
"$MAKE" -s -j"$(nproc)" all > "$dir/build.log" 2>&1 || { tail "$dir/build.log" >&2; die "it does not build with sanitizers"; }
"$MAKE" -s install > /dev/null
attended env ${preload:+LD_PRELOAD="$preload"} PARTS="${PARTS:-regress pgtap}" test/run.sh
