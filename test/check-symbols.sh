#!/bin/bash
# check-symbols.sh LIBRARY: does the built library keep its BLAS and its protobuf to itself?
#
# Exported, BLAS symbols would be shared with other extensions' libraries, and
# a dynamic OpenBLAS could turn out to be the threaded one; see the Makefile.
set -eu
library=$1
failed=0

exported=$(nm -D --defined-only "$library" | awk '{ print $3 }' |
    grep -vE '^(Pg_magic_func|_PG_init|_PG_fini|pg_finfo_.*|recurnet_.*|_init|_fini|_edata|_end|__bss_start)$' || true)
if [ -n "$exported" ]; then
    echo "check-symbols: $library exports:" $(head -n 20 <<< "$exported") >&2
    failed=1
fi
if ldd "$library" | grep -iE 'blas|lapack|gomp|protobuf|pthread.*=>.*blas'; then
    echo "check-symbols: $library loads the libraries above at run time" >&2
    failed=1
fi
if nm -D --undefined-only "$library" | grep -E ' pthread_create| GOMP_'; then
    echo "check-symbols: $library can start threads" >&2
    failed=1
fi

[ "$failed" -eq 0 ] && echo "check-symbols: $library exports no BLAS and no protobuf, loads none and starts no thread"
exit "$failed"
