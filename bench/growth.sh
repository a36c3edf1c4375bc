#!/bin/bash
# growth.sh: does the cost of a training grow linearly with its rows?
#
# Tables of 10^4 to 10^7 rows are read and trained on for one epoch, each in a
# session of its own that has trained on 30 rows before: microseconds per row, and
# the most anonymous memory that the session had (sampled from /proc every 20 ms)
# beyond what it had by then, in bytes per row.  The same for rows in random
# order, which are sorted, on disk beyond work_mem; and memory after 1 to 1,000
# epochs on 1,000 rows.
# In a throw-away cluster, in which this script calls itself.
set -eu
cd "$(dirname "$0")/.."
. test/lib.sh

if [ "${1:-}" != --in-cluster ]; then
    build_and_install >&2
    exec test/cluster.sh bench/growth.sh --in-cluster
fi

export PGOPTIONS="-c recurnet.max_memory=4GB -c client_min_messages=warning"
options='{"recipe": "plain", "units": 32, "window": 24, "epochs": 1}'

anonymous() { awk '/RssAnon/ { print $2 }' "/proc/$1/status" 2>/dev/null || echo 0; }

# Seconds and kB of one training in a new session.
measure() {
    local query=$1 options=$2 pid base peak=0 rss seconds

    coproc SQL { psql -X -q -A -t -v ON_ERROR_STOP=1 2>&1; }
    echo "SELECT rn_drop_model(rn_train('rnn', 'SELECT t, v FROM growth WHERE t <= 30', '$options'));" >&"${SQL[1]}"
    echo "SELECT 'pid ' || pg_backend_pid();" >&"${SQL[1]}"
    while read -r line <&"${SQL[0]}"; do case $line in pid*) pid=${line#pid }; break ;; esac; done
    base=$(anonymous "$pid")
    echo "SELECT extract(epoch FROM clock_timestamp()) AS start \\gset" >&"${SQL[1]}"
    echo "SELECT rn_drop_model(rn_train('rnn', '$query', '$options'));" >&"${SQL[1]}"
    echo "SELECT 'done ' || extract(epoch FROM clock_timestamp()) - :start;" >&"${SQL[1]}"
    seconds=
    while [ -z "$seconds" ]; do
        rss=$(anonymous "$pid")
        [ "${rss:-0}" -gt "$peak" ] && peak=$rss
        if read -r -t 0.02 line <&"${SQL[0]}"; then
            case $line in done*) seconds=${line#done } ;; *ERROR*) echo "$line" >&2; exit 1 ;; esac
        fi
    done
    echo "\\q" >&"${SQL[1]}"
    wait "$SQL_PID" 2>/dev/null || true
    echo "$seconds $((peak - base))"
}

psql -X -q -c 'CREATE EXTENSION IF NOT EXISTS recurnet'
psql -X -q -c "CREATE UNLOGGED TABLE growth AS SELECT i AS t, sin(i / 10.0) + i % 7 AS v FROM generate_series(1, 10000000) i" \
    -c "CREATE INDEX ON growth (t)" -c "VACUUM ANALYZE growth"

echo "| rows | order | seconds | µs a row | memory, bytes a row |"
echo "|---|---|---|---|---|"
for n in 10000 100000 1000000 10000000; do
    read -r seconds peak <<< "$(measure "SELECT t, v FROM growth WHERE t <= $n ORDER BY t" "$options")"
    awk -v n=$n -v s="$seconds" -v kb="$peak" \
        'BEGIN { printf "| %d | by time | %.2f | %.2f | %.1f |\n", n, s, 1e6 * s / n, 1024 * kb / n }'
done
n=1000000
psql -X -q -c "CREATE UNLOGGED TABLE shuffled AS SELECT t, v FROM growth WHERE t <= $n ORDER BY hashint4(t)"
read -r seconds peak <<< "$(measure "SELECT t, v FROM shuffled" "$options")"
awk -v n=$n -v s="$seconds" -v kb="$peak" \
    'BEGIN { printf "| %d | random | %.2f | %.2f | %.1f |\n", n, s, 1e6 * s / n, 1024 * kb / n }'

echo
echo "| epochs | seconds | memory, kB |"
echo "|---|---|---|"
for epochs in 1 10 100 1000; do
    read -r seconds peak <<< "$(measure "SELECT t, v FROM growth WHERE t <= 1000" "${options/\"epochs\": 1/\"epochs\": $epochs}")"
    printf '| %d | %.2f | %d |\n' "$epochs" "$seconds" "$peak"
done
psql -X -q -c 'DROP TABLE growth, shuffled'
