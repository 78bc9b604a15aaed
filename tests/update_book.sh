#!/bin/sh
# update_book.sh [FILE...] - print the runs in the book anew.
#
# For each block ```run COMMAND in workbook.md and README.md (or FILE...)
# runs the command and puts its lines in place of the old ones.  Between
# two lines `...` it keeps what begins and ends with the same lines as
# before; if only the first is there, as many lines as there were.  Where
# neither is found, the old lines stay, and it says so: choose anew, by
# hand.  Look at `git diff` then: the text around a run may be about
# something that is no longer there.
#
# Runs in the top folder; BUILD says where the programs were built.
# check_book_runs compares what this script writes.

folder=${BUILD:-build}/bin
output=$(mktemp) && new=$(mktemp) || exit 2
trap 'rm -f "$output" "$new"' EXIT
[ $# -gt 0 ] || set -- workbook.md README.md

for file; do
    awk -v folder="$folder" -v output="$output" -v file="$file" '
        function same(a, b) {
            return printed[a] == old[b]
        }

        # The first printed line from `at` on that is old line `which`.
        function find(at, which) {
            while (at <= lines && !same(at, which))
                at++
            return at
        }

        # Old lines from to end, somewhere in what is printed after at.
        function place(at, from, end,    first, last) {
            first = find(at, from)
            last = find(first, end)
            if (last > lines)
                last = first + end - from
            if (first > lines || last > lines) {
                printf "%s:%d: not found anew: %s\n", file, start + from,
                    old[from] >"/dev/stderr"
                failed = 1
                for (; from <= end; from++)
                    print old[from]
                return at
            }
            for (at = first; at <= last; at++)
                print printed[at]
            return at
        }

        function run(command,    shell) {
            shell = "cd \"" folder "\" && env -u COLUMNS NO_COLOR=1 " \
                "LC_ALL=C.UTF-8 TERM=dumb " command " >" output " 2>&1"
            system(shell)
            lines = 0
            while ((getline printed[lines + 1] <output) > 0)
                lines++
            close(output)
        }

        function print_anew(    at, from, end) {
            at = 1
            for (from = 1; from <= count; from = end + 2) {
                end = from
                while (end < count && old[end + 1] != "...")
                    end++
                if (old[from] == "...")
                    end = from - 1
                else
                    at = place(at, from, end)
                if (end < count)
                    print "..."
            }
        }

        block && /^```$/ {
            print_anew()
            block = 0
        }
        block {
            old[++count] = $0
            next
        }
        { print }
        /^```run / {
            run(substr($0, 8))
            block = 1
            count = 0
            start = NR
        }
        END { exit failed }' "$file" >"$new"
    result=$?
    cmp -s "$new" "$file" || cat "$new" >"$file"
    [ $result -eq 0 ] || status=1
done
exit ${status:-0}
