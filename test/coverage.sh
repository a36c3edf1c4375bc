#!/bin/bash
# coverage.sh: which lines of src/core and src/pg do the tests run?
#
# The core by its unit tests, the glue by the parts regress, pgtap and tap, all
# built for gcov (instrumented.sh).  Prints the lines that no test runs to
# build/coverage/, the percentages, and fails where they are below what is asked:
# 90 of the core, 85 of the glue.
set -eu
cd "$(dirname "$0")/.."
. test/lib.sh
. test/instrumented.sh

# tests (test/run.sh's counts are not looked at: that they pass is for make test)
run_unit() { "$MAKE" -s -k -j"$(nproc)" CC="$CC" WERROR= unit > "$out/unit.log" 2>&1 || true; }
run_server() { attended env CC="$CC" WERROR= PARTS="${PARTS:-regress pgtap tap}" test/run.sh > "$out/server.log" 2>&1 || true; }

# lines FOLDER...: "file line ran" of the sources that were built there; gcov wants
# to see them, so this is the folder to be in.
lines() {
    local data

    find "$@" -name '*.gcda' | while read -r data; do
        gcov -r -p "$data" > /dev/null 2>&1 || true
        awk -F: '
            FNR == 1 { file = "" }
            $2 + 0 == 0 && $3 == "Source" { file = $4 }
            $2 + 0 > 0 && $1 !~ /-$/ { count = $1; gsub(/[ *]/, "", count); print file, $2 + 0, count ~ /^[#=]/ ? 0 : 1 }' \
            ./*.gcov
        rm -f ./*.gcov
    done
}

# percent NAME PATTERN LEAST: of the lines on standard input in files of that pattern.
percent() {
    awk -v name="$1" -v pattern="$2" -v least="$3" -v missed="$out/$1.missed" '
        # the lines of a file that were not run, as ranges
        function ranges(file,    line, first, last, text) {
            for (line = 1; line <= end[file] + 1; line++)
                if ((file, line) in ran && !ran[file, line]) { if (!first) first = line; last = line }
                else if (first && ((file, line) in ran || line > end[file])) {
                    text = text " " first (last > first ? "-" last : ""); first = 0
                }
            return text
        }
        $1 ~ pattern { if (!(($1, $2) in ran)) of[$1]++; ran[$1, $2] += $3; if ($2 > end[$1]) end[$1] = $2 }
        END {
            for (key in ran) {
                split(key, at, SUBSEP)
                all++
                if (ran[key]) covered++; else { miss[at[1]]++; print at[1] ":" at[2] | ("sort -t: -k1,1 -k2,2n > " missed) }
            }
            for (file in miss) printf "  %5.1f %%  %4d of %4d lines not run  %s:%s\n", 100 * (1 - miss[file] / of[file]), miss[file], of[file], file, ranges(file) | "sort -n"
            close("sort -n")
            share = all ? 100 * covered / all : 0
            printf "coverage: %s: %.1f %% of %d lines (%d asked for)\n", name, share, all, least
            exit share < least
        }'
}

command -v gcov > /dev/null || die "there is no gcov: it comes with gcc"
out=$PWD/build/coverage
mkdir -p "$out"
dir=$(mktemp -d "${TMPDIR:-/tmp}/recurnet-coverage.XXXXXX")
chmod 755 "$dir"
on_exit rm -rf "$dir"
copy_sources "$dir/source"
copy_postgres "$dir/postgres"
cd "$dir/source"

CC="gcc --coverage"
"$MAKE" -s -j"$(nproc)" CC="$CC" WERROR= all > "$out/build.log" 2>&1 || { tail "$out/build.log" >&2; die "it does not build for gcov"; }
run_unit
lines build | sort -u > "$out/unit.lines"
"$MAKE" -s CC="$CC" WERROR= install >> "$out/build.log"
chmod -R a+rwX "$dir/source"    # backends write what they counted
run_server
lines src | sort -u > "$out/server.lines"

status=0
percent core '^src/core/' 90 < "$out/unit.lines" || status=1
percent glue '^src/pg/' 85 < "$out/server.lines" || status=1
echo "coverage: lines that no test runs: build/coverage/core.missed, build/coverage/glue.missed"
exit "$status"
