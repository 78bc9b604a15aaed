#!/bin/sh
# unseen.sh WRAPPED SOURCE OBJECT... - which calls will not be seen?
#
# For each pair of a source file and its object: looks for calls that
# wait, start others, or order who goes when (common/intercept/unseen.txt
# lists them) and that no wrapper takes (the linker's list WRAPPED).
# Writes the source, a tab and a sentence, one line for each sort.
# Used by make; the sentences are also said by the program itself.
set -u
list=$(dirname "$0")/../intercept/unseen.txt
wrapped=$1
shift
while [ $# -ge 2 ]; do
    nm -u -- "$2" | SOURCE=$1 awk -v wrapped="$wrapped" -v list="$list" '
        BEGIN {
            what["waits"] = "what waits there is not shown, and under a" \
                " seed it may stop the run"
            what["starts"] = "what that starts is not shown, and goes on" \
                " by itself under a seed too"
            what["ends"] = "who is ended by it, and when, is not shown," \
                " and under a seed it may not end"
            what["signals"] = "its signal is not shown before it is" \
                " handled, and comes by the real clock under a seed too"
            what["orders"] = "who has to wait for whom through it is not" \
                " shown"
            while ((getline line <wrapped) > 0) {
                sub(/^--wrap=/, "", line)
                seen[line] = 1
            }
        }
        { called[$NF] = 1 }
        END {
            while ((getline <list) > 0)
                if ($1 in called && !($1 in seen))
                    add($2, NF > 2 ? $3 : $1)
            for (i = 1; i <= sorts; i++)
                say(sort[i], names[sort[i]])
        }
        function add(word, name) {
            if (!(word in names))
                sort[++sorts] = word
            names[word] = names[word] " " name
        }
        function say(word, all,    count, name, i, text) {
            count = split(all, name, " ")
            text = name[1]
            for (i = 2; i <= count; i++)
                text = text (i < count ? ", " : " and ") name[i]
            source = ENVIRON["SOURCE"]
            file = source
            sub(/.*\//, "", file)
            print source "\t" file " calls " text ", which this harness" \
                " does not see: " what[word]
        }'
    shift 2
done
