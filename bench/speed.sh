#!/bin/bash
# speed.sh SERIES.csv: the core beside PyTorch, Keras and the BLAS alone
#
# RUNS (5) rounds; in each every network is trained by the core, its products run
# through the BLAS alone (the floor), and PyTorch and Keras train it (with the
# fastest of its CPU backends for the network, found out before), one after the
# other on one CPU, with EPOCHS (100) epochs.  Medians over the rounds, as
# Markdown.  At the end the same through SQL: rn_train of GRU(256), whole, beside
# the bare core in the same rounds, and rn_forecast of a stored GRU(256) with a
# head of 14 steps (pgbench, prepared, one warm session).
#
# Needs build/bench/speed and a Python with bench/requirements.txt (PYTHON);
# make bench sees to both.  Everything else that runs on the machine shows.
set -euo pipefail
cd "$(dirname "$0")/.."
. test/lib.sh

in_cluster=
if [ "$1" = --in-cluster ]; then in_cluster=yes; shift; fi
series=$(realpath -- "$1")
runs=${RUNS:-5}
epochs=${EPOCHS:-100}
cpu=${CPU:-0}
PYTHON=${PYTHON:-python3}
networks="rnn-3 lstm-45x4-1 lstm-45x4-14 gru-256 lstm-50-1000"

peer() {
    taskset -c "$cpu" "$PYTHON" bench/peers.py --peer "$1" --networks "$2" --epochs "$3" "$series" 2> "$errors" ||
        { cat "$errors" >&2; die "bench/peers.py --peer $1 --networks $2 failed"; }
}
core() { taskset -c "$cpu" build/bench/speed "$series" "$1" "$epochs"; }

# The Keras backend with the least milliseconds for a network.
fastest_keras() {
    local backend

    for backend in keras-jax keras-tensorflow keras-torch; do
        peer "$backend" "$1" $((epochs < 50 ? epochs : 50))
    done | sort -t, -k3,3n | head -n 1 | cut -d, -f1
}

# rn_train of GRU(256), in milliseconds per step of its 8 x epochs.
sql_ms() {
    local options

    options="{\"recipe\": \"plain\", \"units\": 256, \"dropout\": 0.2, \"window\": 24, \"train_rows\": 250, \"epochs\": $epochs}"
    taskset -c "$cpu" psql -X -q -A -t -v ON_ERROR_STOP=1 <<SQL
SET client_min_messages = warning;
SELECT extract(epoch FROM clock_timestamp()) * 1000 AS start \\gset
SELECT rn_train('gru', 'SELECT date, amount FROM electric', '$options') AS model \\gset
SELECT 'sql,gru-256,' || round((extract(epoch FROM clock_timestamp()) * 1000 - :start) / (8 * $epochs), 4) || ',';
SQL
}

# The median latency of rn_forecast, in milliseconds.
forecast_ms() {
    local dir=$1

    psql -X -q -A -t -v ON_ERROR_STOP=1 -c "SET client_min_messages = warning" -c "SELECT rn_train('gru',
        'SELECT date, amount FROM electric', '{\"recipe\": \"plain\", \"units\": 256, \"horizon\": 14, \"window\": 24, \"epochs\": 2}',
        name => 'forecaster')" > /dev/null
    echo "SELECT * FROM rn_forecast('forecaster', 14);" > "$dir/forecast.sql"
    (cd "$dir" && taskset -c "$cpu" pgbench -n -M prepared -l -T 5 -f forecast.sql > /dev/null 2>&1)
    cut -d' ' -f3 "$dir"/pgbench_log.* | sort -n |
        awk '{ x[NR] = $1 } END { printf "forecast,gru-256,%.3f,\n", x[int((NR + 1) / 2)] / 1000 }'
}

in_cluster() {
    local r dir

    dir=$(mktemp -d)
    on_exit rm -rf "$dir"

    psql -X -q -v ON_ERROR_STOP=1 -c 'CREATE EXTENSION recurnet' \
        -c "SET datestyle = 'ISO, MDY'" -c 'CREATE TABLE electric (date date, amount float8)' \
        -c "\\copy electric FROM '$series' WITH (FORMAT csv, HEADER)"
    for ((r = 0; r < runs; r++)); do
        sql_ms
        taskset -c "$cpu" build/bench/speed "$series" gru-256 "$epochs" core | sed 's/^recurnet/bare/'
    done
    forecast_ms "$dir"
}

if [ -n "$in_cluster" ]; then
    in_cluster
    exit
fi

build_and_install >&2
results=$(mktemp)
errors=$(mktemp)
on_exit rm -f "$results" "$errors"

echo "# $(uname -m), $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1), one thread; $runs rounds of $epochs epochs"
declare -A keras
for network in $networks; do keras[$network]=$(fastest_keras "$network"); done
for ((round = 1; round <= runs; round++)); do
    for network in $networks; do
        echo "round $round: $network" >&2
        core "$network"
        peer pytorch "$network" "$epochs"
        peer "${keras[$network]}" "$network" "$epochs"
    done
done > "$results"
attended test/cluster.sh bench/speed.sh --in-cluster "$series" >> "$results"

# Medians, and their ratios.
awk -F, '
    { n = ++count[$1, $2]; value[$1, $2, n] = $3; if ($1 ~ /^keras/) keras[$2] = $1 }
    function median(who, network,    n, i, j, x, v) {
        n = count[who, network]
        for (i = 1; i <= n; i++) v[i] = value[who, network, i]
        for (i = 2; i <= n; i++) {
            x = v[i]
            for (j = i - 1; j > 0 && v[j] > x; j--) v[j + 1] = v[j]
            v[j + 1] = x
        }
        return n % 2 ? v[(n + 1) / 2] : (v[n / 2] + v[n / 2 + 1]) / 2
    }
    END {
        print "| network | recurnet, ms a step | PyTorch | Keras | its backend | faster than the faster peer | floor (OpenBLAS alone) | recurnet to the floor |"
        print "|---|---|---|---|---|---|---|---|"
        split("rnn-3 lstm-45x4-1 lstm-45x4-14 gru-256 lstm-50-1000", networks, " ")
        for (i = 1; i in networks; i++) {
            net = networks[i]
            r = median("recurnet", net); t = median("pytorch", net); k = median(keras[net], net); f = median("floor", net)
            best = t < k ? t : k
            printf "| %s | %.4g | %.4g | %.4g | %s | %.1f × | %.4g | %.2f × |\n", net, r, t, k, substr(keras[net], 7), best / r, f, r / f
        }
        s = median("sql", "gru-256"); b = median("bare", "gru-256")
        printf "\nGRU(256) through rn_train, rows to stored model: %.4g ms a step; the bare core in the same rounds: %.4g; overhead %.1f %%\n", s, b, 100 * (s / b - 1)
        printf "rn_forecast of 14 steps, GRU(256): median %.2f ms\n", median("forecast", "gru-256")
    }' "$results"
