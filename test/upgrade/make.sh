#!/bin/bash
# make.sh > VERSION.sql: a database of the version that is installed, as a dump
#
# The dump of a released version says so in its CREATE EXTENSION, so that it is
# restored at that version and then updated.  docs/releasing.md says when.
set -eu
here=$(cd "$(dirname "$0")" && pwd)

dump() {
    psql -X -q -f "$here/models.sql" > /dev/null
    version=$(psql -X -A -t -c "SELECT extversion FROM pg_extension WHERE extname = 'recurnet'")
    echo "-- recurnet $version: written by make.sh, see docs/releasing.md"
    echo 'CREATE ROLE ada;'
    echo 'CREATE ROLE bob;'
    # Comments are pg_dump's, \restrict is of newer psql only, and the superuser
    # may have another name elsewhere.
    pg_dump | sed -E -e '/^--/d' -e '/^$/d' -e '/^\\(un)?restrict /d' -e '/ OWNER TO postgres;$/d' \
        -e "s/^(CREATE EXTENSION .*recurnet .*);/\1 VERSION '$version';/"
}

if [ "${1:-}" = --in-cluster ]; then
    dump
else
    "$here/../cluster.sh" "$here/make.sh" --in-cluster
fi
