#!/bin/bash
# analyse.sh SOURCE FLAG...: clang's static analyser, and what it finds
#
# A warning does not count if the line it is about, or one of the two before,
# has a comment that begins with "lint:" and says why the analyser is wrong.
set -eu
source=$1
shift
failed=0

report=$("${CLANG:-clang}" --analyze --analyzer-output text "$@" -o /dev/null "$source" 2>&1) ||
    { echo "$report" >&2; exit 1; }
while IFS=: read -r file line _; do
    [ -n "$file" ] || continue
    if ! sed -n "$((line > 2 ? line - 2 : 1)),${line}p" "$file" | grep -q '/\* lint: '; then
        grep -F "$file:$line:" <<< "$report" >&2
        failed=1
    fi
done <<< "$(grep ': warning: ' <<< "$report" || true)"
exit "$failed"
