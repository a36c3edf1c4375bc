#!/bin/bash
# demo.sh [SERIES.csv]: build, install and forecast, in a throw-away cluster
#
# The file has a header and two columns: a date (2024-01-31, or as Americans
# write it, 1/31/2024) and a number.  Without one, examples/electric.csv.
set -eu
csv=$(realpath -- "${1:-$(dirname "$0")/../examples/electric.csv}")
cd "$(dirname "$0")/.."
. test/lib.sh

[ -f "$csv" ] && [ -r "$csv" ] || die "$csv is not a file that can be read"
[ "$(awk -F, 'NF && NF != 2' "$csv" | head -n 1)" = "" ] ||
    die "$csv has to have two columns, a date and a number, with a comma between them"
build_and_install

# load.sql reads examples/electric.csv from where psql runs; a file from
# elsewhere may come with a byte-order mark, DOS line ends and empty lines.
root=$PWD
dir=$(mktemp -d)
on_exit rm -rf "$dir"
mkdir "$dir/examples"
sed -e '1s/^\xEF\xBB\xBF//' -e 's/\r$//' -e '/^$/d' -- "$csv" > "$dir/examples/electric.csv"
cd "$dir"
start=$SECONDS
attended "$root/test/cluster.sh" psql -X -q -e -v ON_ERROR_STOP=1 -P pager=off \
    -f "$root/examples/load.sql" -f "$root/examples/demo.sql"
echo "recurnet: a new cluster, a table, CREATE EXTENSION, a model and its forecast took $((SECONDS - start)) s"
