# lib.sh: what the scripts of this directory share (bash, sourced by them)

PG_CONFIG=${PG_CONFIG:-pg_config}
MAKE=${MAKE:-make}

# die MESSAGE: say it and give up.
die() {
    echo "recurnet: $*" >&2
    exit 1
}

# Run a command as root: at once, by sudo, or not at all but with a word on
# what to run instead.
as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
    elif command -v sudo >/dev/null && sudo true; then
        sudo "$@"
    else
        die "this needs root; please run as root:
    cd $PWD && $*"
    fi
}

# The user that a server runs as: never root.
server_user() {
    if [ "$(id -u)" -eq 0 ]; then echo postgres; else id -un; fi
}

# Run a command as that user.
as_server() {
    if [ "$(id -u)" -eq 0 ]; then
        runuser -u "$(server_user)" -- "$@"
    else
        "$@"
    fi
}

# Run a command as a process group of its own and wait for it.  A shell that
# merely ran it would not hear signals until it ended; like this, a script that
# is told to stop stops the command and everything below it first.
attended_pid=
attended() {
    local status=0

    set -m
    "$@" &
    attended_pid=$!
    set +m
    wait "$attended_pid" || status=$?
    attended_pid=
    return "$status"
}

# on_exit COMMAND...: run it however this script ends.
on_exit() {
    exit_command=("$@")
    trap 'exit 129' HUP
    trap 'exit 130' INT
    trap 'exit 143' TERM
    trap 'leave $?' EXIT
}

leave() {
    trap '' HUP INT TERM
    trap - EXIT
    if [ -n "$attended_pid" ]; then
        kill -TERM -- "-$attended_pid" 2>/dev/null || true
        wait "$attended_pid" 2>/dev/null || true
    fi
    "${exit_command[@]}"
    exit "$1"
}

# Is what has been built already what is installed?  Then nobody needs root.
installed_is_current() {
    local extension file

    extension=$("$PG_CONFIG" --sharedir)/extension
    cmp -s recurnet.so "$("$PG_CONFIG" --pkglibdir)/recurnet.so" || return 1
    for file in recurnet.control sql/recurnet--*.sql; do
        cmp -s "$file" "$extension/${file##*/}" || return 1
    done
}

# Build, and install into the PostgreSQL that PG_CONFIG names.
build_and_install() {
    "$MAKE" --no-print-directory all || return 1
    if installed_is_current; then return 0; fi
    echo "recurnet: what is installed in $("$PG_CONFIG" --pkglibdir) is not what was built here: installing it"
    if [ -w "$("$PG_CONFIG" --pkglibdir)" ]; then
        "$MAKE" --no-print-directory -s install
    else
        as_root "$MAKE" --no-print-directory -s install PG_CONFIG="$PG_CONFIG"
    fi
}
