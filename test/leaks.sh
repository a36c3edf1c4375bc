#!/bin/bash
# leaks.sh [FORECASTS [TRAININGS]]: does a session's memory stay as it is while it forecasts
# and trains (leaks.sql)?  In a throw-away cluster.
set -eu
cd "$(dirname "$0")/.."
. test/lib.sh

build_and_install
# Errors that are asked for are many: they are shown only if something is wrong.
log=$(mktemp)
on_exit rm -f "$log"
test/cluster.sh psql -X -q -v ON_ERROR_STOP=1 -v forecasts="${1:-10000}" -v trainings="${2:-1000}" \
    -c 'SET client_min_messages = error' -c 'CREATE EXTENSION recurnet' -f test/leaks.sql 2> "$log" || { tail "$log" >&2; die "memory grows, see above"; }
echo "leaks: none in ${1:-10000} forecasts and ${2:-1000} trainings"
