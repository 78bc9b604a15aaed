#!/bin/sh
# strategies.sh - how soon each strategy finds what can go wrong.
#
# For every known_*.c that is to fail sometimes: how many schedules there
# are up to the first that fails, the median of STARTS seeds far apart;
# "-" if less than half of them came to one within RUNS schedules.  The
# last lines count the programs of which every start found the failure,
# and add the medians up.
#
# known_polite fails only where both go in step, and is left out.
#
#   make build/bin/programs && tests/strategies.sh [FILE ...]
#
# BUILD is the folder that was built in.

BUILD=${BUILD-build}
STARTS=${STARTS-20}
RUNS=${RUNS-10000}
STRATEGIES=${STRATEGIES-walk pct:2 pct:3 pct:4 pos}
cd "$(dirname "$0")/.." || exit
[ $# -gt 0 ] || set -- $(grep -l 'Expect: sometimes' \
    tests/programs/known_*.c | grep -v polite)

# How many schedules it took from this seed; nothing if none failed.
first() {
    "$BUILD/bin/programs" "$1" --runs "$RUNS" --until-failure \
        --strategy "${2%:*}" $(echo "$2" | sed -n 's/.*:/--depth /p') \
        --seed "$3" </dev/null 2>/dev/null |
        awk '$2 ~ /^schedules?$/ {count = $1}
             /^expected: .* and so it is/ {print count}'
}

starts() {
    for i in $(seq "$STARTS"); do
        first "$1" "$2" $((i * 1000000))
    done
}

middle() {
    sort -n | awk -v all="$STARTS" '{value[NR] = $1}
        END {print (NR * 2 > all ? value[int((all + 1) / 2)] : "-"), NR}'
}

for file; do
    name=$(basename "$file" .c)
    for strategy in $STRATEGIES; do
        echo "$name $strategy $(starts "$name" "$strategy" | middle)"
    done
done | awk -v all="$STARTS" -v names="$STRATEGIES" '
    BEGIN {
        count = split(names, strategy)
        printf "%-36s", "schedules to the first failure"
        for (i = 1; i <= count; i++)
            printf "%8s", strategy[i]
    }
    $1 != name {printf "\n%-36s", name = $1}
    {
        printf "%8s", $3
        found[$2] += $4 == all
        sum[$2] += $3
        fflush()
    }
    END {
        printf "\n%-36s", "always found"
        for (i = 1; i <= count; i++)
            printf "%8d", found[strategy[i]]
        printf "\n%-36s", "sum of the medians"
        for (i = 1; i <= count; i++)
            printf "%8d", sum[strategy[i]]
        print ""
    }'
