#!/bin/bash
# check-wall.sh OBJECT...: is src/core what it claims to be?
#
# A numeric core without PostgreSQL, in two wings that do not know each other,
# that leaves memory, output and the end of the process to its host.  Called
# by `make check-wall` with the core's objects, just built.
set -eu
cd "$(dirname "$0")/.."
MAKE=${MAKE:-make}
failed=0

# breach WHAT LINES: report what stands in the wrong place, if anything does.
breach() {
    [ -n "$2" ] || return 0
    printf 'check-wall: %s:\n%s\n' "$1" "$2" >&2
    failed=1
}

# Does the preprocessor of a core object find this header?
finds() { "$MAKE" --no-print-directory -s src/core/probe.o PROBE="$1" 2>&1; }

# includes ROOM REGEX: the #include lines of a room that match.
includes() {
    grep -rnE --include='*.[ch]' "^[[:space:]]*#[[:space:]]*include[[:space:]]*[<\"]($2)" "src/core/$1" || true
}

finds base/real.h > /dev/null || breach "the probe itself does not compile" "$(finds base/real.h)"
for header in postgres.h server/postgres.h fmgr.h pg/error.h; do
    if message=$(finds "$header"); then
        breach "core files can include it" "$header"
    elif ! grep -q 'No such file' <<< "$message"; then
        breach "not kept out by the wall but broken by something else" "$message"
    fi
done

breach "base includes a room above it" "$(includes base '(nn|series|plot|model|exchange)/')"
breach "nn includes series, plot, model or exchange" "$(includes nn '(series|plot|model|exchange)/')"
breach "series includes nn, plot, model or exchange" "$(includes series '(nn|plot|model|exchange)/')"
breach "plot includes nn, model or exchange" "$(includes plot '(nn|model|exchange)/')"
breach "model includes plot or exchange" "$(includes model '(plot|exchange)/')"
breach "only base/gemm.c may include cblas.h" "$(includes . '.*cblas' | grep -v '^src/core/./base/gemm\.c:' || true)"
breach "only exchange/graph.c may include protobuf-c's messages" "$(includes . '.*(onnx\.pb|protobuf)' | grep -v '^src/core/./exchange/graph\.c:' || true)"
breach "no stdio streams, no assert, no jumps" "$(includes . '(assert|setjmp|signal|unistd|threads|pthread)\.h')"

[ $# -gt 0 ] || breach "no objects to look at" "src/core is empty"

# What the objects define for others, and what they want from elsewhere.
for object in "$@"; do
    breach "$object exports names that do not begin with rn_" \
        "$(nm --defined-only --extern-only "$object" | awk 'NF == 3 && $3 !~ /^rn_/ && $3 !~ /^__(x86|odr_asan|wrap_blas_memory_(alloc|free)$)/ { print $3 }')"
    breach "$object prints, exits, asserts, jumps or takes memory behind its host's back" \
        "$(nm --undefined-only "$object" | awk '{ print $2 }' |
            grep -E '^(_*(v?f?printf|v?dprintf)(_chk)?|f?put(s|c|char)|perror|fopen|fwrite|write|std(in|out|err)|_?exit|_Exit|quick_exit|abort|__assert.*|_*(sig)?(set|long)jmp|raise|kill|s?rand(om)?|time|gettimeofday|malloc|calloc|realloc|free|strdup|aligned_alloc|posix_memalign|pthread_.*|omp_.*|GOMP_.*)$' || true)"
    # gemm.c has the work buffer of OpenBLAS, which lives as long as the process.
    [ "$object" = src/core/base/gemm.o ] || breach "$object keeps writable globals" \
        "$(objdump -h "$object" | awk '$2 ~ /^\.(data|bss)($|\.)/ && $2 !~ /^\.data\.rel\.ro/ && $3 !~ /^0+$/ { print $2, "0x" $3 }')"
done

[ "$failed" -eq 0 ] && echo "check-wall: the core is free of PostgreSQL, and its rooms keep to themselves"
exit "$failed"
