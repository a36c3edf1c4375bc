# instrumented.sh: the extension built otherwise than it ships (bash, sourced
# after lib.sh by sanitize.sh and coverage.sh)
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
