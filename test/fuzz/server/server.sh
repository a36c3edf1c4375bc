# server.sh: the fuzz targets that run in a backend (bash, sourced by test/fuzz.sh)
#
# The extension is built with clang, the sanitizers and targets.c, and loaded into a copy
# of PostgreSQL (instrumented.sh).  Each target is a single-user backend, which is libFuzzer's process.

FUZZ_CC=${FUZZ_CC:-clang}

# A file of clang's run-time library; named with and without the processor.
clang_file() {
    local file

    for file in "libclang_rt.$1-$(uname -m).$2" "libclang_rt.$1.$2"; do
        file=$("$FUZZ_CC" -print-file-name="$file")
        if [ -e "$file" ]; then echo "$file"; return; fi
    done
    die "clang has no libclang_rt.$1.$2"
}

# build_server DIRECTORY: the copies there, and a data directory with the extension.
build_server() {
    local home=$PWD log=$1/build.log

    copy_sources "$1/source"
    copy_postgres "$1/postgres"
    sanitize_postgres "$1" "$(clang_file asan so)"
    cd "$1/source"
    cp test/fuzz/server/targets.c src/pg/fuzz.c
    cp test/fuzz/seal.h src/pg
    echo recurnet_fuzz >> src/pg/exports.txt
    WERROR='' SHLIB_LINK="$(clang_file fuzzer_no_main a) -lstdc++" \
    COPT="-O1 -g -fno-omit-frame-pointer -DRN_NO_DISPATCH -fsanitize=address,undefined,fuzzer-no-link -fno-sanitize-recover=all -shared-libasan" \
        "$MAKE" -s -j"$(nproc)" CC="$FUZZ_CC" all install > "$log" 2>&1 || { tail "$log" >&2; die "the glue does not build for fuzzing"; }
    cd "$home"
    mkdir "$1/run"
    [ "$(id -u)" -ne 0 ] || chown "$(server_user):" "$1/run"
    (cd "$1/run" && as_server "$("$PG_CONFIG" --bindir)/initdb" -D data -A trust -E UTF8 --locale=C.UTF-8 -N) > "$log" 2>&1 ||
        { tail "$log" >&2; die "initdb failed"; }
    echo "recurnet.max_memory = '32MB'" >> "$1/run/data/postgresql.conf"
    backend "$1" 120 > "$log" 2>&1 <<-'SQL'
		CREATE EXTENSION recurnet
		CREATE FUNCTION recurnet_fuzz(text, VARIADIC text[]) RETURNS void LANGUAGE c AS 'recurnet', 'recurnet_fuzz'
		SQL
}

# backend DIRECTORY SECONDS: runs SQL from standard input, a statement a line.
backend() {
    (cd "$1/run" && as_server timeout "$2" "$("$PG_CONFIG" --bindir)/postgres" --single -D data postgres)
}

# fuzz_server DIRECTORY TARGET ARGUMENT...: libFuzzer on a target, from build/fuzz/found/TARGET
# and its corpus, like any other.  The server's user may not see these: they are copied in, and finds out.
# No allocation may be larger than recurnet's limit, and what the library adds to it.
fuzz_server() {
    local run=$1/run target=$2 status=0 file
    local found=build/fuzz/found/$target
    shift 2

    rm -rf "$run/found" "$run/corpus" "$run/broken"
    mkdir "$run/broken"
    cp -R "$found" "$run/found"
    cp -R "test/fuzz/corpus/$target" "$run/corpus"
    [ "$(id -u)" -ne 0 ] || chown -R "$(server_user):" "$run/found" "$run/corpus" "$run/broken"
    {
        printf "SELECT recurnet_fuzz('%s'" "$target"
        printf ", '%s'" "$@" -timeout=0 -rss_limit_mb=0 -malloc_limit_mb=40 -artifact_prefix=../broken/ ../found ../corpus
        echo ')'
    } > "$run/statement"
    backend "${run%/run}" $((TIME + 300)) < "$run/statement" || status=$?
    cp -n "$run"/found/* "$found" 2> /dev/null || true
    for file in "$run"/broken/*; do
        [ ! -e "$file" ] || cp "$file" "build/fuzz/broken/$target-${file##*/}"
    done
    return "$status"
}
