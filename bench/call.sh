#!/bin/bash
# call.sh: what a call without options costs
#
# rn_train('auto', ...) with season and horizon and no other option, on 400 rows of
# several kinds, on one CPU and with no parallel worker: seconds of user CPU time of the
# call, as the server counts them (log_statement_stats), the median and the most of RUNS.
# The rows are made up: a trend, the seasons, and noise; the last few have a covariate or masked gaps.  In a throw-away
# cluster, in which this script calls itself.
set -eu
cd "$(dirname "$0")/.."
. test/lib.sh

if [ "${1:-}" != --in-cluster ]; then
    build_and_install >&2
    exec taskset -c "${CPU:-0}" test/cluster.sh bench/call.sh --in-cluster
fi

export PGOPTIONS="-c max_parallel_maintenance_workers=0 -c jit=off"
psql -X -q -v ON_ERROR_STOP=1 -c "CREATE EXTENSION recurnet" \
    -c "CREATE TABLE row_of AS SELECT NULL::text AS name, 0 AS s, 0 AS t, 0::float8 AS v, 0::float8 AS c WHERE false"

user_seconds() { # QUERY
    psql -X -q -A -t -v ON_ERROR_STOP=1 -c "SET client_min_messages = log" -c "SET log_statement_stats = on" -c "$1" 2>&1 |
        awk '/ s user,.* elapsed/ { for (i = 2; i <= NF; i++) if ($i == "user,") user = $(i - 2) } END { if (user == "") exit 1; print user }'
}

of_model() { # NAME ITEM
    psql -X -q -A -t -v ON_ERROR_STOP=1 -c "SELECT CASE item WHEN 'window' THEN substring(value, '[0-9]+') ELSE value END
FROM rn_summary('$1') WHERE section = 'method' AND item = '$2'"
}

call() { # NAME SERIES SEASON HORIZON OUTER [COVARIATE [GAP]]: every row of so many is missing, and masked
    local times="" seconds season options="\"season\": $3, \"horizon\": $4${7:+, \"missing\": \"mask\"}"
    local covariates="NULLIF('${6:-}', '')" gap=${7:-401}
    psql -X -q -v ON_ERROR_STOP=1 -c "INSERT INTO row_of
SELECT '$1', s, t, 100 + t * 0.1 + s + 20 * sin(2 * pi() * t / $3) + CASE WHEN $5 > 0 THEN 10 * cos(2 * pi() * t / $5) ELSE 0 END + (hashint4(t * 7 + s) & 1023) / 200.0,
    (hashint4(t * 5 + s) & 1023) / 200.0
FROM generate_series(1, $2) s, generate_series(1, 400 / $2) t WHERE t % $gap <> 2 OR $gap > 400"
    for _ in $(seq "${RUNS:-3}"); do
        seconds=$(user_seconds "SELECT rn_train('auto', 'SELECT s, t, v${6:+, $6} FROM row_of WHERE name = ''$1''', '{$options}', series => 's', covariates => $covariates, \"time\" => 't', target => 'v', name => '$1')")
        times="$times $seconds"
    done
    season=$(of_model "$1" season)
    printf '| %s | %s | %s | %s | %s |\n' "$1" "${season:-$3}" "$(of_model "$1" window)" \
        "$4" "$(printf '%s\n' $times | sort -g | awk '{ a[NR] = $1 } END { printf "%.2f | %.2f", a[int((NR + 1) / 2)], a[NR] }')"
}

echo "| 400 rows | season | window | horizon | user CPU, s: median | most |"
echo "|---|---|---|---|---|---|"
call "no season" 1 1 6 0
call "quarters" 1 4 8 0
call "business days" 1 5 10 0
call "months" 1 12 12 0
call "months, 10 series of 40" 10 12 12 0
call "hours" 1 24 24 168
call "hours, two days ahead" 1 24 48 168
call "hours, a week ahead" 1 24 168 168
call "hours, 4 series of 100" 4 24 24 0
call "half hours" 1 48 48 0
call "weeks" 1 52 52 0
call "weeks, 8 ahead" 1 52 8 0
call "a season of 100" 1 100 30 0
call "a season of 200" 1 200 30 0
call "a season of 200, far ahead" 1 200 100 0
call "no season, far ahead" 1 1 100 0
call "months, a covariate" 1 12 12 0 c
call "hours, a covariate" 1 24 48 0 c
call "months, gaps masked" 1 12 12 0 "" 9
call "hours, gaps masked" 1 24 48 0 "" 9
