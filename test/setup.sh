#!/bin/bash
# setup.sh [demo|test]: install what recurnet needs from Debian's packages
#
# Looks for what is needed and not for packages, so that a PostgreSQL or a
# compiler that came another way is left in peace.  Installs as root or by
# sudo; without either it prints the command and stops.  Nothing missing:
# silent, and no network.
set -eu
cd "$(dirname "$0")/.."
. test/lib.sh

purpose=${1:-test}

[ "$PG_CONFIG" = pg_config ] || command -v "$PG_CONFIG" > /dev/null || die "there is no $PG_CONFIG"

# The major version to use: the one that is there, else Debian's own.
pg_version() {
    local version

    version=$("$PG_CONFIG" --version 2>/dev/null | sed 's/^PostgreSQL \([0-9]*\).*/\1/')
    [ -n "$version" ] ||
        version=$(apt-cache depends postgresql 2>/dev/null | sed -n 's/.*Depends: postgresql-\([0-9]*\)$/\1/p' | head -n 1)
    [ -n "$version" ] || version=$(. /etc/os-release && case ${VERSION_ID:-} in
        12) echo 15 ;; 13) echo 17 ;; *) echo 18 ;; esac)
    echo "$version"
}

has_command() { command -v "$1" >/dev/null; }
has_header() { echo "#include <$1>" | ${CC:-cc} ${2:-} -E -include setjmp.h -include stdarg.h -x c -o /dev/null - 2>/dev/null; }
# Both: Debian's server package brings PGXS, but not the headers.
has_pgxs() {
    [ -e "$("$PG_CONFIG" --pgxs 2>/dev/null)" ] && [ -e "$("$PG_CONFIG" --includedir-server 2>/dev/null)/postgres.h" ]
}
has_server() { [ -x "$("$PG_CONFIG" --bindir 2>/dev/null)/initdb" ]; }
has_extension() { [ -e "$("$PG_CONFIG" --sharedir 2>/dev/null)/extension/$1.control" ]; }
# Debian's own, even if another one comes first in the search path.
has_python() { /usr/bin/python3 -c "import $1" 2>/dev/null; }
has_perl() { perl -M"$1" -e 1 2>/dev/null; }
has_openblas() {
    [ -e "${OPENBLAS:-/usr/lib/$(${CC:-cc} -print-multiarch 2>/dev/null)/openblas-serial/libopenblas.a}" ]
}
has_protobuf_c() { [ -e "${PROTOBUF_C:-/usr/lib/$(${CC:-cc} -print-multiarch 2>/dev/null)/libprotobuf-c.a}" ]; }

# The packages of what is missing, one a line.
missing() {
    local v=$1

    has_command "${CC:-cc}" || echo gcc
    has_header stdio.h || echo libc6-dev
    has_header zlib.h || echo zlib1g-dev
    has_openblas || echo libopenblas-serial-dev
    has_protobuf_c || echo libprotobuf-c-dev
    has_command "${PROTOC_C:-protoc-c}" || echo protobuf-c-compiler
    has_pgxs || echo "postgresql-server-dev-$v"
    has_server || echo "postgresql-$v"

    [ "$purpose" = test ] || return 0
    has_header cmocka.h || echo libcmocka-dev
    has_extension pgtap || echo "postgresql-$v-pgtap"
    has_extension pg_cron || echo "postgresql-$v-cron"
    has_command pg_prove || echo libtap-parser-sourcehandler-pgtap-perl
    has_perl Test::More || echo perl
    has_perl IPC::Run || echo libipc-run-perl
    has_command xmllint || echo libxml2-utils
    has_python psycopg || echo python3-psycopg
    has_python pandas || echo python3-pandas
    has_python yaml || echo python3-yaml
}

# apt-get, without questions, and without the cluster `main` that a server's
# package makes and starts when it is new to the machine.
install_packages() {
    echo "recurnet: installing $*"
    as_root sh -eu -c '
        no_cluster=/etc/postgresql-common/createcluster.d/recurnet.conf
        trap "rm -f $no_cluster" EXIT
        mkdir -p "${no_cluster%/*}"
        echo "create_main_cluster = false" > "$no_cluster"
        export DEBIAN_FRONTEND=noninteractive
        apt-get -qq -o Dpkg::Use-Pty=0 install -y --no-install-recommends "$@" < /dev/null
    ' sh "$@"
}

packages=$(missing "$(pg_version)")
[ -n "$packages" ] || exit 0
has_command apt-get || die "missing, and there is no apt-get here to install it:" $packages

if [ "$(id -u)" -ne 0 ] && ! { has_command sudo && sudo true; }; then
    die "something is missing; please run as root:
    apt-get update && apt-get install --no-install-recommends" $packages
fi

as_root apt-get -qq update
packages=$(missing "$(pg_version)")     # the version may be known only now
install_packages $packages
packages=$(missing "$(pg_version)")
[ -z "$packages" ] || die "installed, and yet missing:" $packages
