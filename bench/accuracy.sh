#!/bin/bash
# accuracy.sh: how good are forecasts of a call without options?
#
# Public sets of series, each trained on without its last horizon and scored on
# that, one call per set (of cif2016, one per horizon): rn_train('auto', ...) with
# horizon and season and no other option.  sMAPE and MASE are means over the series
# (Hyndman & Koehler 2006; of M4's and Monash's definition), beside published
# figures on the same files; then coverage and mean scaled interval score (Gneiting
# & Raftery 2007, by MASE's scale) of intervals, beside those of ETS if PYTHON has
# statsforecast; then a single series, from rolling origins.
#
# Needs the sets (RECURNET_DATA: a folder with cif2016.csv and its like: series_id,
# t, value, and _meta.csv: series_id, n, h, n_train, seasonal_period; and
# electric_production.csv: date, amount).  In a throw-away cluster, on one CPU.
set -euo pipefail
cd "$(dirname "$0")/.."
. test/lib.sh

RECURNET_DATA=${RECURNET_DATA:-}
PYTHON=${PYTHON:-}
[ -e "$RECURNET_DATA/cif2016.csv" ] || die "no sets of series in RECURNET_DATA (${RECURNET_DATA:-not set})"
export RECURNET_DATA

if [ "${1:-}" != --in-cluster ]; then
    build_and_install >&2
    exec taskset -c "${CPU:-0}" test/cluster.sh bench/accuracy.sh --in-cluster
fi

export PGOPTIONS="-c recurnet.max_memory=1GB -c client_min_messages=warning -c max_parallel_workers_per_gather=0 -c jit=off -c max_parallel_maintenance_workers=0"
sql() { psql -X -q -A -t -v ON_ERROR_STOP=1 "$@"; }
dir=$(mktemp -d)
on_exit rm -rf "$dir"

sql -f bench/accuracy.sql

echo "| set | season | call, s | sMAPE | MASE | share of networks | published: seasonal naive | Theta | ETS | best recurrent network |"
echo "|---|---|---|---|---|---|---|---|---|---|"
# set, season, published figures
while IFS='|' read -r name m published; do
    sql -c "\\copy row_of (series_id, t, value) FROM '$RECURNET_DATA/$name.csv' WITH (FORMAT csv, HEADER)" \
        -c "CREATE TEMP TABLE m (series_id text, n int, h int, n_train int, season int, start text, category text)" \
        -c "\\copy m FROM '$RECURNET_DATA/${name}_meta.csv' WITH (FORMAT csv, HEADER)" \
        -c "INSERT INTO meta SELECT '$name', series_id, h, n_train, season FROM m" \
        -c "UPDATE row_of SET set = '$name' WHERE set IS NULL" -c "VACUUM ANALYZE row_of" -c "ANALYZE meta"
    sql -c "CALL score('$name')" -c "SELECT line('$name', $m, '$published')"
    [ "$name" = cif2016 ] || continue	# it has two horizons: the same in one call with the longer
    sql -c "INSERT INTO row_of SELECT series_id, t, value, 'cif2016, one call' FROM row_of WHERE set = 'cif2016'" \
        -c "INSERT INTO meta SELECT 'cif2016, one call', series_id, h, n_train, season FROM meta WHERE set = 'cif2016'" \
        -c "ANALYZE row_of" -c "CALL score('cif2016, one call', true)" -c "SELECT line('cif2016, one call', $m, '$published')"
done <<'SETS'
cif2016|12|19.05 / 1.291 | 13.05 / 0.997 | 12.18 / 0.841 | 10.23
m3_quarterly|4|11.07 / 1.425 | 9.20 / 1.117 | 9.68 / 1.170 | 8.80 (N-BEATS)
m4_hourly|24|13.91 / 1.193 | 18.14 / 2.455 | 16.54 / 1.244 (STL) | 9.33 / 0.893
SETS

if [ -n "$PYTHON" ]; then
    for name in cif2016 m3_quarterly m4_hourly; do
        "$PYTHON" bench/peers_ets.py "$RECURNET_DATA" "$name" > "$dir/ets"
        sql -c "\\copy ets FROM '$dir/ets' WITH (FORMAT csv)"
    done
    sql -c "INSERT INTO ets SELECT 'cif2016, one call', series_id, step, level, lower, upper FROM ets WHERE set = 'cif2016'"
fi
echo
echo "| set | level | recurnet: coverage ± standard error by series | scaled interval score | ETS: coverage | scaled interval score |"
echo "|---|---|---|---|---|---|"
sql -c "SELECT interval_lines()"

echo
echo "| one series, monthly, rows 1985 to 2018 | recurnet | seasonal naive | published |"
echo "|---|---|---|---|"
sql -c "CREATE TABLE electric (date date, amount float8)" \
    -c "\\copy electric FROM '$RECURNET_DATA/electric_production.csv' WITH (FORMAT csv, HEADER)" \
    -c "SELECT electric_lines()"
