#!/bin/bash
# many.sh: many series at once, through SQL, beside PyTorch
#
# RUNS (5) rounds of the four statements below, each in a session of its own and
# followed by PyTorch doing the same (bench/peers_many.py, which has its data in
# memory already): seconds, medians over the rounds, as Markdown.  A statement's
# seconds are all that a user waits for, from the rows of a table to rows or a
# stored model.  Memory is the most that the session had (VmHWM), the network and
# the rows included, without the shared buffers that it looked at; that of PyTorch
# is the whole process's.
#
# In a throw-away cluster, in which this script calls itself; it and PyTorch run
# on one CPU, with one thread.  Needs a Python with torch and numpy of
# bench/requirements.txt (PYTHON); make bench-many sees to it.
set -euo pipefail
cd "$(dirname "$0")/.."
. test/lib.sh

runs=${RUNS:-5}
PYTHON=${PYTHON:-python3}
RECURNET_DATA=${RECURNET_DATA:-}

if [ "${1:-}" != --in-cluster ]; then
    build_and_install >&2
    echo "# $(uname -m), $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1), one thread; $runs rounds"
    exec taskset -c "${CPU:-0}" test/cluster.sh bench/many.sh --in-cluster
fi

export PGOPTIONS="-c recurnet.max_memory=1GB -c client_min_messages=warning -c max_parallel_workers_per_gather=0"
dir=$(mktemp -d)
on_exit rm -rf "$dir"

sql() { psql -X -q -A -t -v ON_ERROR_STOP=1 "$@"; }

# A statement in a session of its own: "seconds kB".
recurnet() {
    sql <<SQL
SELECT pg_backend_pid() AS pid, extract(epoch FROM clock_timestamp()) AS start \\gset
\\setenv BACKEND :pid
\\o $dir/answer
$1
\\o
SELECT round(extract(epoch FROM clock_timestamp()) - :start, 3) AS seconds \\gset
\\setenv SECONDS_TAKEN :seconds
\\! awk -v s=\$SECONDS_TAKEN '/^VmHWM/ { most = \$2 } /^RssShmem/ { shared = \$2 } END { print s, most - shared }' /proc/\$BACKEND/status
SQL
}

# Task of PyTorch on the rows of a query: "seconds kB".
pytorch() { "$PYTHON" bench/peers_many.py --task "$1" "$dir/$2" | cut -d' ' -f1,3; }

# 100,000 series of 60 rows.
fleet() {
    sql -c "CREATE UNLOGGED TABLE fleet AS
        SELECT s, t, 100 + s % 50 + 10 * sin((s + t) * 0.5236) + (s * 31 + t * 7919) % 11 AS v
        FROM generate_series(1, 100000) s, generate_series(1, 60) t ORDER BY s, t" \
        -c "VACUUM ANALYZE fleet" -c "\\copy (SELECT s, v FROM fleet ORDER BY s, t) TO '$dir/fleet' DELIMITER ' '"
    sql -o /dev/null -c "SELECT rn_train('lstm', 'SELECT s, t, v FROM fleet',
        '{\"recipe\": \"plain\", \"units\": 50, \"window\": 48, \"horizon\": 12, \"epochs\": 1, \"batch_size\": 256}',
        name => 'fleet', series => 's')"
}

# The 414 hourly series of the M4 competition if they are there, or made-up ones
# with as many rows and the same seasons, a day and a week.
hourly() {
    local csv=$RECURNET_DATA/m4_hourly.csv

    sql -c "CREATE UNLOGGED TABLE hourly (series_id text, t int, value float8)"
    if [ -e "$csv" ]; then
        echo "hourly series: those of the M4 competition" >&2
        sql -c "\\copy hourly FROM '$csv' WITH (FORMAT csv, HEADER)"
    else
        echo "hourly series: made up" >&2
        sql -c "INSERT INTO hourly SELECT 'H' || s, t, 1000 * (1 + s % 7)
            * (2 + sin(t * 2 * pi() / 24 + s) + 0.4 * sin(t * 2 * pi() / 168)) + (s * 104729 + t * 7919) % 101
            FROM generate_series(1, 414) s, generate_series(1, CASE WHEN s <= 169 THEN 748 ELSE 1008 END) t"
    fi
    sql -c "VACUUM ANALYZE hourly" -c "\\copy (SELECT dense_rank() OVER (ORDER BY series_id), value FROM hourly
        ORDER BY series_id, t) TO '$dir/hourly' DELIMITER ' '"
}

# 1,000 groups of 100 rows.
groups() {
    sql -c "CREATE UNLOGGED TABLE groups AS
        SELECT g, t, 100 + g % 50 + 10 * sin((g + t) * 0.5236) + (g * 31 + t * 7919) % 11 AS v
        FROM generate_series(1, 1000) g, generate_series(1, 100) t ORDER BY g, t" \
        -c "VACUUM ANALYZE groups" -c "\\copy (SELECT g, v FROM groups ORDER BY g, t) TO '$dir/groups' DELIMITER ' '"
}

# What is measured.
from_tails="SELECT count(*), sum(forecast) FROM rn_forecast('fleet', 12);"
from_rows="SELECT count(*), sum(forecast) FROM rn_forecast('fleet', 12, history => 'SELECT s, t, v FROM fleet');"
train_global="SELECT rn_train('lstm', 'SELECT series_id, t, value FROM hourly',
    '{\"recipe\": \"plain\", \"units\": 50, \"window\": 48, \"horizon\": 48, \"epochs\": 1, \"batch_size\": 256}',
    series => 'series_id');"
train_models="CREATE TEMP TABLE models AS SELECT g, rn_fit(t, v, 'lstm',
    '{\"recipe\": \"plain\", \"units\": 16, \"window\": 12, \"epochs\": 20}') AS model FROM groups GROUP BY g;"

sql -c 'CREATE EXTENSION recurnet' -c 'ALTER SYSTEM SET autovacuum = off' -o /dev/null -c 'SELECT pg_reload_conf()'
fleet
hourly
groups
for ((round = 1; round <= runs; round++)); do
    echo "round $round" >&2
    echo "tails recurnet $(recurnet "$from_tails")"
    echo "tails PyTorch $(pytorch forecast fleet)"
    echo "rows recurnet $(recurnet "$from_rows")"
    echo "global recurnet $(recurnet "$train_global")"
    echo "global PyTorch $(pytorch global hourly)"
    echo "models recurnet $(recurnet "$train_models")"
    echo "models PyTorch $(pytorch models groups)"
    echo "models batched $(pytorch models-batched groups)"
done > "$dir/results"

# Medians, and their ratios: "task who seconds kB" to a table.
sort -k1,1 -k2,2 -k3,3n "$dir/results" | awk '
    { n = ++count[$1, $2]; seconds[$1, $2, n] = $3; if ($4 > most[$1, $2]) most[$1, $2] = $4 }
    function median(task, who,    n) {
        n = count[task, who]
        return (seconds[task, who, int((n + 1) / 2)] + seconds[task, who, int(n / 2) + 1]) / 2
    }
    function line(what, task, peer, form,    r, p) {
        r = median(task, "recurnet"); p = median(peer, form)
        printf "| %s | %.2f | %.2f | %.2f × | %.0f | %.0f |\n", what, r, p, p / r, most[task, "recurnet"] / 1024, most[peer, form] / 1024
    }
    END {
        print "| task | recurnet, s | PyTorch, s | faster | recurnet, MB | PyTorch, MB |"
        print "|---|---|---|---|---|---|"
        line("forecast 100,000 series, from the tails stored with the model", "tails", "tails", "PyTorch")
        line("forecast 100,000 series, from the 60 rows of each in a table", "rows", "tails", "PyTorch")
        line("train one LSTM(50) on 414 hourly series, an epoch", "global", "global", "PyTorch")
        line("train 1,000 models LSTM(16), one per group, 20 epochs; PyTorch in a loop", "models", "models", "PyTorch")
        line("the same; PyTorch with 100 networks in a tensor", "models", "models", "batched")
    }'
