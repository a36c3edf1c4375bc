#!/bin/bash
# mutants.sh [N [SEED]]: N mutants of stored models through SQL (mutants.sql), in a
# throw-away cluster; a crash of its server is a failure, too
set -eu
cd "$(dirname "$0")/../.."
. test/lib.sh

build_and_install
test/cluster.sh psql -X -q -v ON_ERROR_STOP=1 -v n="${1:-5000}" -v seed="${2:-0.5}" \
    -c 'SET client_min_messages = error' -c 'CREATE EXTENSION recurnet' -f test/fuzz/seeds.sql -f test/fuzz/mutants.sql
