#!/bin/bash
# run.sh: the whole test suite; its last line says how much passed and failed
#
# Parts, all of which run even if one fails (make test PARTS='wall regress'):
#
#   wall      src/core is free of PostgreSQL (check-wall.sh)
#   unit      the core, without a server (test/unit, cmocka)
#   build     it builds and installs; not to be left out
#   symbols   recurnet.so keeps its BLAS to itself (check-symbols.sh)
#   regress   SQL against expected output (test/sql, pg_regress)
#   isolation sessions that meet, against expected output (test/specs)
#   pgtap     SQL assertions (test/pgtap, pg_prove)
#   exchange  models as files for other libraries, where these are installed (test/exchange)
#   tap       whole clusters: dumps, upgrades, replication, parallel workers (test/t, prove)
#
# regress, isolation, pgtap and exchange share one throw-away cluster, in which this script
# calls itself.  Every part writes TAP or something turned into it, and is counted by
# its lines of ok and not ok; a part that fails without one counts as a failure.
set -eu
cd "$(dirname "$0")/.."
. test/lib.sh

# --- counting ---------------------------------------------------------------

# tally FILE: "passed failed skipped" of TAP at the start of lines.
tally() {
    awk '
        /^(not )?ok / && toupper($0) ~ /# *(SKIP|TODO)/ { skipped++; next }
        /^ok /     { passed++ }
        /^not ok / { failed++ }
        END        { print passed + 0, failed + 0, skipped + 0 }' "$1"
}

# part NAME COMMAND...: run it, keep its output, show it if it fails, count it.
part() {
    local name=$1 log=$work/$1.log status=0 start=$SECONDS count
    shift

    attended "$@" > "$log" 2>&1 || status=$?
    read -ra count <<< "$(tally "$log")"
    if [ "$status" -ne 0 ] || [ "${count[*]}" = "0 0 0" ]; then
        echo "---- $name ----"
        cat "$log"
        [ "${count[1]}" -gt 0 ] || count[1]=1
    else
        grep -iE '^#.*skip|^(not )?ok .*# *skip' "$log" || true
    fi
    printf '%-9s %4d passed, %d failed, %d skipped (%d s)\n' "$name" "${count[@]}" $((SECONDS - start))
    echo "${count[@]}" >> "$work/counts"
}

# --- parts ------------------------------------------------------------------

# A check that prints no TAP of its own is one test.
as_one_test() {
    local name=$1
    shift
    if "$@"; then echo "ok 1 - $name"; else echo "not ok 1 - $name"; return 1; fi
}

wall() { as_one_test check-wall "$MAKE" --no-print-directory check-wall; }
build() { as_one_test build build_and_install; }
symbols() { as_one_test check-symbols "$MAKE" --no-print-directory check-symbols; }

# All of it as this processor runs it, and what vector kernels matter to on every
# lower level too.
unit() {
    local level status=0

    export CMOCKA_MESSAGE_OUTPUT=TAP
    "$MAKE" --no-print-directory -k -O -j"$(nproc)" unit || status=$?
    for level in BASELINE V3; do
        "$MAKE" --no-print-directory -k -O -j"$(nproc)" unit LEVEL=$level TESTS='base fit reference' || status=$?
    done
    return "$status"
}

# compare PROGRAM NAME...: pg_regress, or its sister for sessions that meet.  Both
# look for expected/ in their output directory, which is not to be the
# repository; before version 16 they do not write TAP.
compare() {
    local repository=$PWD out=$work/${1##*/} status=0

    mkdir -p "$out"
    ln -sfn "$repository/expected" "$out/expected"
    cd "$out"
    "$(dirname "$("$PG_CONFIG" --pgxs)")/../test/$1" \
        --bindir="$("$PG_CONFIG" --bindir)" --inputdir="$repository/test" --outputdir=. \
        --load-extension=recurnet --dbname="contrib_${1%/*}" "${@:2}" > out.log 2>&1 || status=$?
    sed -E -e 's/^(test )?([^ ].*[^ ])? +\.\.\. ok .*/ok - \2/' \
        -e 's/^(test )?([^ ].*[^ ])? +\.\.\. FAILED.*/not ok - \2/' out.log
    [ ! -s regression.diffs ] || cat regression.diffs
    return "$status"
}

# names_in DIRECTORY SUFFIX: of the files there, without it
names_in() { (cd "$1" && ls ./*"$2" | sed "s|^\./||; s|\\$2\$||"); }

regress() { compare regress/pg_regress $(names_in test/sql .sql); }
isolation() { compare isolation/pg_isolation_regress $(names_in test/specs .spec); }

pgtap() {
    psql -X -q -v ON_ERROR_STOP=1 -c 'CREATE EXTENSION pgtap' -c 'CREATE EXTENSION recurnet'
    pg_prove --verbose --dbname "$PGDATABASE" test/pgtap/*.sql
}

# EXCHANGE_PYTHON: a Python that has the packages (it is an error if not); make check-exchange installs them.
exchange() {
    local python=${EXCHANGE_PYTHON:-build/exchange/venv/bin/python}

    [ -n "${EXCHANGE_PYTHON:-}" ] || [ -x "$python" ] || python=python3
    if [ -z "${EXCHANGE_PYTHON:-}" ] &&
        ! KERAS_BACKEND=torch "$python" -c 'import keras, onnx, onnxruntime, safetensors, torch' 2> /dev/null; then
        echo "ok 1 - exchange # SKIP PyTorch, Keras, onnxruntime and safetensors are not installed: make check-exchange"
        return
    fi
    psql -X -q -v ON_ERROR_STOP=1 -c 'CREATE DATABASE exchange'
    PGDATABASE=exchange "$python" test/exchange/check.py
}

# These make clusters of their own, which root may not: they run as the
# server's user, on a copy that this user can read.
tap() {
    local makefiles perl

    makefiles=$(dirname "$("$PG_CONFIG" --pgxs)")
    perl=$makefiles/../../src/test/perl
    mkdir -p "$work/tap/tmp_check/log"
    cp -R test/t test/upgrade examples "$work/tap"
    mkdir -p "$work/tap/project/src/pg"    # for the documents, which name all kinds of files
    cp -R .ci Dockerfile Makefile META.json recurnet.control *.md LICENSE debian docs examples sql test "$work/tap/project"
    cp src/README.md "$work/tap/project/src"
    cp src/pg/recurnet.c "$work/tap/project/src/pg"
    [ "$(id -u)" -ne 0 ] || chown -R "$(server_user):" "$work/tap"
    cd "$work/tap"
    as_server env PATH="$("$PG_CONFIG" --bindir):$PATH" HOME="$work/tap" TESTDIR="$work/tap" \
        TESTDATADIR="$work/tap/tmp_check" TESTLOGDIR="$work/tap/tmp_check/log" \
        PG_REGRESS="$makefiles/../test/regress/pg_regress" \
        prove --verbose -I "$perl" t/*.pl && return
    tail -n 50 tmp_check/log/*
    return 1
}

# --- all of it --------------------------------------------------------------

wanted() { case " $PARTS " in *" $1 "*) return 0 ;; esac; return 1; }

in_cluster() {
    ! wanted regress || part regress regress
    ! wanted isolation || part isolation isolation
    ! wanted pgtap || part pgtap pgtap
    ! wanted exchange || part exchange exchange
}

total() {
    awk '{ passed += $1; failed += $2; skipped += $3 }
        END {
            printf "%d passed, %d failed", passed, failed
            if (skipped) printf ", %d skipped", skipped
            print ""
            exit failed > 0 || passed == 0
        }' "$work/counts"
}

PARTS=${PARTS:-wall unit symbols regress isolation pgtap exchange tap}
if [ "${1:-}" = --in-cluster ]; then
    work=$2
    in_cluster
    exit
fi

work=$(mktemp -d "${TMPDIR:-/tmp}/recurnet-test.XXXXXX")
chmod 755 "$work"
on_exit rm -rf "$work"
: > "$work/counts"

! wanted wall || part wall wall
! wanted unit || part unit unit
part build build
! wanted symbols || part symbols symbols
if wanted regress || wanted isolation || wanted pgtap || wanted exchange; then
    attended env PARTS="$PARTS" test/cluster.sh test/run.sh --in-cluster "$work" ||
        { echo "not ok - the cluster" ; echo "0 1 0" >> "$work/counts"; }
fi
! wanted tap || part tap tap
total
