# instrumented.sh: the extension built otherwise than it ships (bash, sourced
# after lib.sh)
#
# It is built from a copy of the sources, and installed into a copy of the
# PostgreSQL that PG_CONFIG names, which finds its files by where it lies itself;
# so neither the checkout nor the server of this machine is touched.

# copy_sources DIRECTORY: what is needed to build and test.
copy_sources() {
    mkdir -p "$1"
    cp -R .ci Dockerfile Makefile recurnet.control META.json typedefs.list LICENSE debian sql src test expected examples docs *.md "$1"
    find "$1" \( -name '*.o' -o -name '*.d' -o -name '*.gcda' \) -delete
}

# copy_postgres DIRECTORY: the server and what builds for it; sets PG_CONFIG.
copy_postgres() {
    local bin share prefix what

    bin=$(realpath "$("$PG_CONFIG" --bindir)")
    share=$(realpath "$("$PG_CONFIG" --sharedir)")
    prefix=$bin
    while [[ $share/ != "$prefix"/* ]]; do prefix=${prefix%/*}; done
    for what in bindir pkglibdir sharedir includedir-server; do
        what=$(realpath "$("$PG_CONFIG" --$what)")
        mkdir -p "$1/${what#"$prefix"/}"
        cp -RL "$what/." "$1/${what#"$prefix"/}"
    done
    # pgxs lies in pkglibdir, or beside it
    what=$(realpath "$("$PG_CONFIG" --pgxs)")
    [ -e "$1/${what#"$prefix"/}" ] || die "copied, PostgreSQL has no PGXS"
    PG_CONFIG=$1/${bin#"$prefix"/}/pg_config
    export PG_CONFIG
}

# sanitize_postgres DIRECTORY LIBRARY: from now on this copy's bin/postgres loads the address
# sanitizer of that library first, and early.c, put into the directory.
sanitize_postgres() {
    local bin

    [ -e "$2" ] || die "there is no address sanitizer here: $2"
    ${CC:-cc} -shared -fPIC -Wl,-z,initfirst -o "$1/early.so" test/early.c
    bin=$("$PG_CONFIG" --bindir)
    mv "$bin/postgres" "$bin/postgres.bare"
    printf '#!/bin/bash\nexport LD_PRELOAD="%s"\nexec -a "$0" "%s" "$@"\n' "$(realpath "$2") $1/early.so" "$bin/postgres.bare" > "$bin/postgres"
    chmod 755 "$bin/postgres"
    ASAN_OPTIONS=detect_leaks=0 timeout 60 "$bin/postgres" -V > /dev/null || die "this PostgreSQL does not start with the address sanitizer"
}
