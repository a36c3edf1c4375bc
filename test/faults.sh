#!/bin/bash
# faults.sh CHECK...: checks of test/faults, each in clusters of its own
#
# They run as the server's user, on a copy that this user can read.  disk mounts a file
# system, for which it needs root.  How often, and more: see test/faults/Faults.pm.
set -eu
cd "$(dirname "$0")/.."
. test/lib.sh

build_and_install > /dev/null
work=$(mktemp -d "${TMPDIR:-/tmp}/recurnet-faults.XXXXXX")
chmod 755 "$work"

leave_nothing() {
    local pid

    cd "$work"
    for pid in tmp_check/*/pgdata/postmaster.pid; do
        [ ! -e "$pid" ] || as_server "$("$PG_CONFIG" --bindir)/pg_ctl" -D "${pid%/*}" -s -m immediate stop || true
    done
    cd /
    ! mountpoint -q "$work/small" || as_root umount "$work/small"
    rm -rf "$work"
}
on_exit leave_nothing

# A file system that is soon full; where none may be mounted, disk.pl says that it skips.
small_disk() {
    mkdir "$work/small"
    as_root mount -t tmpfs -o size=48m,mode=777 tmpfs "$work/small" || rmdir "$work/small"
}

makefiles=$(dirname "$("$PG_CONFIG" --pgxs)")
mkdir -p "$work/tmp_check/log"
cp test/faults/* "$work"
case " $* " in *" disk "*) small_disk ;; esac
[ "$(id -u)" -ne 0 ] || chown -R "$(server_user):" "$work"
cd "$work"
attended as_server env PATH="$("$PG_CONFIG" --bindir):$PATH" HOME="$work" TESTDIR="$work" \
    TESTDATADIR="$work/tmp_check" TESTLOGDIR="$work/tmp_check/log" PG_REGRESS="$makefiles/../test/regress/pg_regress" \
    ROUNDS="${ROUNDS:-}" QUICK="${QUICK:-}" SEED="${SEED:-}" LIMIT="${LIMIT:-}" ONLY="${ONLY:-}" \
    CLIENTS="${CLIENTS:-}" DURATION="${DURATION:-}" MODELS="${MODELS:-}" \
    prove --verbose -I "$makefiles/../../src/test/perl" "${@/%/.pl}" || { tail -n 40 tmp_check/log/*.log; exit 1; }
