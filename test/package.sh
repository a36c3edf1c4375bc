#!/bin/bash
# package.sh: every way to install recurnet, as it is written down, up to a forecast
#
# The commands of the Dockerfile, those of README.md's section Install, and a package
# made by `make deb`.  Not on a machine that one lives on: it installs and removes as
# root.  make check-package has matrix.sh make a bare Debian for it.  The last line says how
# much passed and failed.
set -eu
cd "$(dirname "$0")/.."
. test/lib.sh
passed=0 failed=0

# step WHAT COMMAND...: run it up to its first error, count it.  Not as a condition: there
# errors would not end it.
step() {
    local what=$1 start=$SECONDS status
    shift

    echo "==== $what"
    set +e
    (set -e -o pipefail; "$@")
    status=$?
    set -e
    if [ "$status" -eq 0 ]; then
        echo "ok - $what ($((SECONDS - start)) s)"
        passed=$((passed + 1))
    else
        echo "not ok - $what"
        failed=$((failed + 1))
    fi
}

# From CREATE EXTENSION to a forecast, in a new cluster: the demo's SQL.
first_forecast() {
    local start=$SECONDS

    test/cluster.sh psql -X -q -v ON_ERROR_STOP=1 -P pager=off -f examples/load.sql -f examples/demo.sql | tee "$dir/forecast"
    grep -q '2017-07-01' "$dir/forecast"
    echo "a new cluster, CREATE EXTENSION, a model, a forecast: $((SECONDS - start)) s"
}

# The Dockerfile's instructions on this machine instead of images: what they copy from
# here goes to the same place, and so does what the second stage takes from the first.
dockerfile() {
    local word rest workdir=/ PG_MAJOR=$major

    export PG_MAJOR
    while read -r word rest; do
        case $word in
            RUN) (cd "$workdir" && as_root env PG_MAJOR="$PG_MAJOR" PG_CONFIG="$PG_CONFIG" DEBIAN_FRONTEND=noninteractive bash -euc "$rest") ;;
            WORKDIR) workdir=$rest ;;
            ENV) [ "$(eval echo "${rest#PG_CONFIG=}")" = "$PG_CONFIG" ] ;;
            COPY) case $rest in
                --from=build*) set -- ${rest#* }; as_root cp -R "$1." "$2" ;;
                *) set -- $rest; as_root cp -R "$1" "$2" ;;
            esac ;;
            ARG | FROM | '#'* | '') ;;
            *) die "Dockerfile: $word?" ;;
        esac || die "Dockerfile: $word $rest"
    done < <(sed -e ':a' -e '/\\$/{N;s/\\\n */ /;ba' -e '}' Dockerfile)
}

# README's commands, by sudo as they stand, beside a server that runs.
readme() {
    awk '/^## / { install = /Install/ } install && /^```$/ { exit } block { print } install && /^```sh$/ { block = 1 }' README.md |
        sed -e 's/#.*//' -e 's/apt-get install/apt-get install -y/' > "$dir/install.sh"
    grep -q 'make install' "$dir/install.sh"
    test/cluster.sh bash -eux "$dir/install.sh"
}

deb() {
    make deb
    dpkg-deb --contents build/deb/postgresql-$major-recurnet_*.deb > "$dir/contents"
    cat "$dir/contents"
    grep -q '/docs/tutorial.md$' "$dir/contents"
    grep -q '/docs/images/forecast.svg$' "$dir/contents"
    as_root apt-get install -y "$PWD"/build/deb/postgresql-$major-recurnet_*.deb
}

dir=$(mktemp -d)
chmod 755 "$dir"
on_exit rm -rf "$dir"

# A server, as whoever installs an extension has one, and the image.
as_root apt-get -qq update
as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends postgresql > /dev/null
major=$(ls /usr/lib/postgresql | sort -n | tail -n 1)
PG_CONFIG=/usr/lib/postgresql/$major/bin/pg_config
export PG_CONFIG

step "the Dockerfile's commands" dockerfile
step "a forecast with what they installed" first_forecast
as_root sh -c 'cd /out && find . -type f -exec rm "/{}" \;'

step "README's commands" readme
step "a forecast with what they installed" first_forecast
as_root make -s uninstall

step "make deb, and the package" deb
step "a forecast with what it installed" first_forecast
as_root apt-get -qq remove -y "postgresql-$major-recurnet"

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
