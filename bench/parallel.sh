#!/bin/bash
# parallel.sh: what a second core gives
#
# Trainings and backtests with no parallel worker and with one, turn and turn
# about, RUNS times each: medians of seconds, and of the ratios of pairs.  At most two
# processors are used (CPUS, default 0,1).  In a throw-away cluster, in which
# this script calls itself.
set -eu
cd "$(dirname "$0")/.."
. test/lib.sh

if [ "${1:-}" != --in-cluster ]; then
    build_and_install >&2
    exec taskset -c "${CPUS:-0,1}" test/cluster.sh bench/parallel.sh --in-cluster
fi

export PGOPTIONS="-c client_min_messages=error"
psql -X -q -v ON_ERROR_STOP=1 <<'SQL'
CREATE EXTENSION recurnet;
CREATE TABLE electric (date date, amount float8);
\copy electric FROM examples/electric.csv CSV HEADER
CREATE TABLE many AS
SELECT s, date '2015-01-01' + t * interval '1 month' AS month,
	(100 + s) * (1 + 0.2 * sin(t * pi() / 6 + s)) + (t * s * 7919) % 17 AS v
FROM generate_series(1, 500) s, generate_series(1, 60) t;
SQL

seconds() { # WORKERS QUERY
    psql -X -q -A -t -v ON_ERROR_STOP=1 -c "SET max_parallel_maintenance_workers = $1" -c '\timing on' -c "$2" |
        awk '/^Time:/ { print $2 / 1000 }'
}

median() { sort -g | awk '{ a[NR] = $1 } END { print (a[int((NR + 1) / 2)] + a[int(NR / 2) + 1]) / 2 }'; }

compare() { # LABEL QUERY
    local alone="" together="" ratio="" a b
    for _ in $(seq "${RUNS:-5}"); do
        a=$(seconds 0 "$2")
        b=$(seconds 1 "$2")
        alone="$alone $a"
        together="$together $b"
        ratio="$ratio $(awk -v a="$a" -v b="$b" 'BEGIN { print a / b }')"
    done
    printf '| %s | %.2f | %.2f | %.2f × |\n' "$1" "$(printf '%s\n' $alone | median)" \
        "$(printf '%s\n' $together | median)" "$(printf '%s\n' $ratio | median)"
}

echo "| work | alone, s | with one worker, s | ratio |"
echo "|---|---|---|---|"
compare "rn_backtest, one series, 8 folds" "SELECT count(*) FROM rn_backtest('auto', 'SELECT date, amount FROM electric', folds => 8)"
compare "rn_backtest, 500 series, 8 folds" "SELECT count(*) FROM rn_backtest('auto', 'SELECT s, month, v FROM many', '{\"horizon\": 6}', series => 's', folds => 8)"
compare "rn_train, one series, ensemble of 6" "SELECT rn_drop_model(rn_train('auto', 'SELECT date, amount FROM electric'))"
compare "rn_train, 500 series, ensemble of 6" "SELECT rn_drop_model(rn_train('auto', 'SELECT s, month, v FROM many', '{\"horizon\": 6}', series => 's'))"
compare "rn_train, 500 series, ensemble of 14" "SELECT rn_drop_model(rn_train('auto', 'SELECT s, month, v FROM many', '{\"horizon\": 6, \"ensemble\": 14}', series => 's'))"
