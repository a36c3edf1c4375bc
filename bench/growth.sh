#!/bin/bash
# growth.sh: does the cost of a training grow linearly with its rows?
#
# Tables of 10^4 to 10^7 rows are read and trained on for one epoch, each in a
# session of its own that has trained on 30 rows before: microseconds per row, and
# the most anonymous memory that the session had (sampled from /proc every 20 ms)
# beyond what it had by then, in bytes per row.  The same for rows in random
# order, which are sorted, on disk beyond work_mem; memory after 1 to 1,000 epochs
# on 1,000 rows; and 10^7 rows as one series and as 100,000, under the smallest
# recurnet.max_memory that lets them through, which is found from the messages of
# the refusals.
# In a throw-away cluster, in which this script calls itself.
set -eu
cd "$(dirname "$0")/.."
. test/lib.sh

if [ "${1:-}" != --in-cluster ]; then
    build_and_install >&2
    exec test/cluster.sh bench/growth.sh --in-cluster
fi

# A scan that follows a broken one would begin in the middle: rows in no order.
export PGOPTIONS="-c recurnet.max_memory=4GB -c client_min_messages=warning -c synchronize_seqscans=off"
options='{"recipe": "plain", "units": 32, "window": 24, "epochs": 1}'

anonymous() { awk '/RssAnon/ { print $2 }' "/proc/$1/status" 2>/dev/null || echo 0; }

# The most that a session ever had, but for the shared buffers that it looked at.
most() { awk '/^VmHWM/ { most = $2 } /^RssShmem/ { shared = $2 } END { print most - shared }' "/proc/$1/status"; }

# "seconds kB kB" of one training in a new session: memory as sampled, and by the
# kernel's high-water mark, which misses no moment but is some 100 kB coarse.
measure() {
    local query=$1 options=$2 series=${3:-} pid base base_most peak=0 rss seconds

    coproc SQL { psql -X -q -A -t -v ON_ERROR_STOP=1 2>&1; }
    echo "SELECT rn_drop_model(rn_train('rnn', 'SELECT t, v FROM growth WHERE t <= 30', '$options'));" >&"${SQL[1]}"
    echo "SELECT 'pid ' || pg_backend_pid();" >&"${SQL[1]}"
    while read -r line <&"${SQL[0]}"; do case $line in pid*) pid=${line#pid }; break ;; esac; done
    base=$(anonymous "$pid")
    base_most=$(most "$pid")
    echo "SELECT extract(epoch FROM clock_timestamp()) AS start \\gset" >&"${SQL[1]}"
    echo "SELECT rn_drop_model(rn_train('rnn', '$query', '$options', series => nullif('$series', '')));" >&"${SQL[1]}"
    echo "SELECT 'done ' || extract(epoch FROM clock_timestamp()) - :start;" >&"${SQL[1]}"
    seconds=
    while [ -z "$seconds" ]; do
        rss=$(anonymous "$pid")
        [ "${rss:-0}" -gt "$peak" ] && peak=$rss
        if read -r -t 0.02 line <&"${SQL[0]}"; then
            case $line in done*) seconds=${line#done } ;; *ERROR*) echo "$line" >&2; exit 1 ;; esac
        fi
    done
    base_most=$(($(most "$pid") - base_most))
    echo "\\q" >&"${SQL[1]}"
    wait "$SQL_PID" 2>/dev/null || true
    echo "$seconds $((peak - base)) $base_most"
}

# The smallest recurnet.max_memory with which a training runs, if it is not below
# 32 MB: each refusal names the next to try.
needed() {
    local query=$1 options=$2 series=$3 limit=32MB answer

    until answer=$(psql -X -q -A -t -v ON_ERROR_STOP=1 -c "SET recurnet.max_memory = '$limit'" \
        -c "SELECT rn_drop_model(rn_train('rnn', '$query', '$options', series => nullif('$series', '')))" 2>&1); do
        [[ $answer =~ needs\ ([0-9]+)\ (kB|MB), ]] || die "$answer"
        limit=${BASH_REMATCH[1]}${BASH_REMATCH[2]}
    done
    echo "$limit"
}

psql -X -q -c 'CREATE EXTENSION IF NOT EXISTS recurnet'
psql -X -q -c "CREATE UNLOGGED TABLE growth AS SELECT i AS t, sin(i / 10.0) + i % 7 AS v FROM generate_series(1, 10000000) i" \
    -c "CREATE INDEX ON growth (t)" -c "VACUUM ANALYZE growth"

echo "| rows | order | seconds | µs a row | memory, bytes a row |"
echo "|---|---|---|---|---|"
for n in 10000 100000 1000000 10000000; do
    read -r seconds peak _ <<< "$(measure "SELECT t, v FROM growth WHERE t <= $n ORDER BY t" "$options")"
    awk -v n=$n -v s="$seconds" -v kb="$peak" \
        'BEGIN { printf "| %d | by time | %.2f | %.2f | %.1f |\n", n, s, 1e6 * s / n, 1024 * kb / n }'
done
n=1000000
psql -X -q -c "CREATE UNLOGGED TABLE shuffled AS SELECT t, v FROM growth WHERE t <= $n ORDER BY hashint4(t)"
read -r seconds peak _ <<< "$(measure "SELECT t, v FROM shuffled" "$options")"
awk -v n=$n -v s="$seconds" -v kb="$peak" \
    'BEGIN { printf "| %d | random | %.2f | %.2f | %.1f |\n", n, s, 1e6 * s / n, 1024 * kb / n }'

echo
echo "| epochs | seconds | memory, kB |"
echo "|---|---|---|"
for epochs in 1 10 100 1000; do
    read -r seconds peak _ <<< "$(measure "SELECT t, v FROM growth WHERE t <= 1000" "${options/\"epochs\": 1/\"epochs\": $epochs}")"
    printf '| %d | %.2f | %d |\n' "$epochs" "$seconds" "$peak"
done

psql -X -q -c 'DROP TABLE shuffled' \
    -c "CREATE UNLOGGED TABLE panel AS SELECT s, t, sin((s + t) / 10.0) + t % 7 AS v
        FROM generate_series(1, 100000) s, generate_series(1, 100) t ORDER BY s, t" \
    -c "CREATE UNLOGGED TABLE shuffled AS SELECT * FROM panel ORDER BY hashint4(100 * s + t)" \
    -c "VACUUM ANALYZE panel" -c "VACUUM ANALYZE shuffled"
options='{"recipe": "plain", "units": 8, "window": 24, "epochs": 1, "batch_size": 4096}'

# A line for a number of series, of rows in each and an order.
line() {
    local query=$4 series=${5:-} limit seconds most

    limit=$(needed "$query" "$options" "$series")
    read -r seconds _ most <<< "$(PGOPTIONS="$PGOPTIONS -c recurnet.max_memory=$limit" measure "$query" "$options" "$series")"
    awk -v what="| $1 | $2 | $3 |" -v s="$seconds" -v kb="$most" -v limit="$limit" \
        'BEGIN { printf "%s %.2f | %.0f MB | %s |\n", what, s, kb / 1024, limit }'
}

echo
echo "| series | rows of each | order | seconds | memory | recurnet.max_memory at least |"
echo "|---|---|---|---|---|---|"
line 1 10000000 "by time" 'SELECT t, v FROM growth'
line 100000 100 "by series and time" 'SELECT s, t, v FROM panel' s
line 100000 100 "random" 'SELECT s, t, v FROM shuffled' s
psql -X -q -c 'DROP TABLE growth, panel, shuffled'
