#!/bin/bash
# tools.sh COMMAND...: the tools that a check needs beyond those of the tests
#
# Installs what is missing of Debian's packages, as setup.sh does; where that
# cannot be, says so and fails: a check that lacks its tool has not passed.
set -eu
cd "$(dirname "$0")/.."
. test/lib.sh

# The package of a command: of the same name, but for these.
package() {
    case $1 in
        clang) echo clang libclang-rt-dev ;;
        dpkg-buildpackage) echo dpkg-dev fakeroot ;;
        dh) echo debhelper libopenblas-serial-dev libprotobuf-c-dev protobuf-c-compiler zlib1g-dev ;;
        g++) echo build-essential ;;
        dh_pgxs_test) echo postgresql-server-dev-all ;;
        *) echo "$1" ;;
    esac
}

# Is it there, and clang with what its sanitizers and its fuzzer need at run time?
there() {
    command -v "$1" > /dev/null || return 1
    [ "$1" != clang ] || [ -e "$(clang -print-file-name="libclang_rt.fuzzer-$(uname -m).a")" ] ||
        [ -e "$(clang -print-file-name=libclang_rt.fuzzer.a)" ]
}

missing() {
    local tool

    for tool in "$@"; do
        there "$tool" || package "$tool"
    done
}

packages=$(missing "$@")
[ -n "$packages" ] || exit 0
command -v apt-get > /dev/null || die "missing, and there is no apt-get here to install it:" $packages
echo "recurnet: installing" $packages
as_root apt-get -qq update
as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -o Dpkg::Use-Pty=0 install -y --no-install-recommends $packages < /dev/null
packages=$(missing "$@")
[ -z "$packages" ] || die "installed, and yet missing:" $packages
