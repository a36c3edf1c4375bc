#!/bin/bash
# cluster.sh COMMAND [ARGUMENT...]: run a command against a throw-away cluster
#
# The command finds a fresh PostgreSQL by PGHOST, PGPORT, PGUSER and PGDATABASE.
# It listens on a free port of 127.0.0.1 and in its own directory, lets in who
# knows a password made up for it (PGPASSWORD), and is gone, with its files, however the command ends.  Existing
# clusters are not touched.  A crash of the server is a failure even if the
# command did not notice.
set -eu
. "$(dirname "$0")/lib.sh"

bin=$("$PG_CONFIG" --bindir)
dir=$(mktemp -d "${TMPDIR:-/tmp}/recurnet.XXXXXX")

remove() {
    cd "$dir"   # the server's user may not be allowed where we are
    if [ -e "$dir/data/postmaster.pid" ]; then
        as_server "$bin/pg_ctl" -D "$dir/data" -s -m immediate stop || true
    fi
    cd /
    rm -rf "$dir"
}
on_exit remove

# One database superuser, postgres, whoever the operating system's user is.
initialise() {
    if [ "$(id -u)" -eq 0 ]; then chown "$(server_user):" "$dir"; fi
    chmod 755 "$dir"
    cd "$dir"
    (umask 077 && echo "$password" > "$dir/password")
    if [ "$(id -u)" -eq 0 ]; then chown "$(server_user):" "$dir/password"; fi
    as_server "$bin/initdb" -D "$dir/data" -U postgres -A scram-sha-256 --pwfile="$dir/password" \
        --locale=C.UTF-8 -E UTF8 -N > "$dir/initdb.log" 2>&1 || { cat "$dir/initdb.log" >&2; die "initdb failed"; }
    {
        echo "listen_addresses = '127.0.0.1'"
        echo "unix_socket_directories = '$dir'"
        echo "timezone = 'UTC'"
        echo "log_timezone = 'UTC'"
        echo "datestyle = 'ISO, MDY'"
        echo "fsync = off"
        echo "synchronous_commit = off"
        echo "full_page_writes = off"
        if [ -e "$("$PG_CONFIG" --pkglibdir)/pg_cron.so" ]; then
            echo "shared_preload_libraries = 'pg_cron'"
            echo "cron.database_name = 'postgres'"
            echo "cron.use_background_workers = on"
        fi
    } >> "$dir/data/postgresql.conf"
    cd "$OLDPWD"
}

# Ports below those that the kernel hands out, until one is free.
start() {
    local try

    for try in 1 2 3 4 5 6 7 8 9 10; do
        PGPORT=$((20000 + (RANDOM % 12000)))
        if (: < "/dev/tcp/127.0.0.1/$PGPORT") 2>/dev/null; then continue; fi
        if (cd "$dir" && as_server "$bin/pg_ctl" -D "$dir/data" -l "$dir/log" -s -w -o "-p $PGPORT" start) 2>"$dir/start.log"; then
            return
        fi
        grep -q 'could not bind' "$dir/log" || break
    done
    cat "$dir/start.log" "$dir/log" >&2
    die "the server does not start"
}

password=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
initialise
start
unset PGSERVICE PGSERVICEFILE PGPASSWORD PGPASSFILE PGOPTIONS PGTZ PGDATESTYLE PGHOSTADDR PGSSLMODE
export PGHOST=127.0.0.1 PGPORT PGUSER=postgres PGDATABASE=postgres PGPASSWORD="$password"
export PATH="$bin:$PATH" RECURNET_SERVER_LOG="$dir/log"

status=0
attended "$@" || status=$?
if grep -E 'was terminated by signal|PANIC:|TRAP:|: runtime error: |AddressSanitizer: ' "$dir/log" >&2; then
    echo "recurnet: the server crashed (see above)" >&2
    [ "$status" -ne 0 ] || status=1
fi
exit "$status"
