#!/bin/sh
# run.sh CHECK... - run test programs, two at a time.
#
# Prints a line for each program, and all that it said if anything in it
# failed.  The last line is "N passed, N failed"; exit status 1 if any
# failed.  A program that crashes, or ends without Check's summary, has
# failed.  Used by `make check`.

if [ "$1" = --one ]; then
    check=$2 results=$3
    name=$(basename "$check")
    "$check" >"$results/$name.out" 2>&1
    status=$?
    counts=$(sed -n 's/^[0-9]*%: Checks: \([0-9]*\), Failures: \([0-9]*\), Errors: \([0-9]*\)$/\1 \2 \3/p' \
        "$results/$name.out" | tail -n 1)
    if [ -z "$counts" ]; then
        passed=0 failed=1 why=" (it ended with status $status)"
    else
        set -- $counts
        failed=$(($2 + $3)) passed=$(($1 - $2 - $3)) why=
        if [ "$status" -ne 0 ] && [ "$failed" -eq 0 ]; then
            failed=1 why=" (it ended with status $status)"
        fi
    fi
    echo "$passed $failed" >"$results/$name.count"
    {
        printf '%-28s %4d passed, %d failed%s\n' \
            "$name" "$passed" "$failed" "$why"
        [ "$failed" -eq 0 ] || sed 's/^/    /' "$results/$name.out"
    } >"$results/$name.report"
    cat "$results/$name.report"
    exit 0
fi

results=$(mktemp -d) || exit 2
trap 'rm -rf "$results"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
[ $# -eq 0 ] || printf '%s\n' "$@" |
    xargs -P 2 -I '{}' "$0" --one '{}' "$results"
cat "$results"/*.count 2>/dev/null | awk -v programs=$# '
    { passed += $1; failed += $2 }
    END {
        failed += programs - NR # whose count never came
        print passed + 0 " passed, " failed + 0 " failed"
        exit failed > 0
    }'
