#!/bin/sh
# draw.sh FOLDER - draws the pictures of pictures/commands into FOLDER.
#
# BUILD is the folder with bin/ch01 and so on.  Used by `make pictures`
# and by tests/check_pictures.c.  The exit status is 1 if one could not
# be drawn or its run did not come to what its chapter expects.
folder=$1
failed=0

while read -r picture program arguments; do
    case $picture in
    '#'* | '') continue ;;
    esac
    # The arguments are words without blanks or quotes.
    # shellcheck disable=SC2086
    "${BUILD:-build}/bin/${program#./}" ${arguments%%#*} --export svg \
        --output "$folder/$picture" </dev/null >/dev/null || {
        echo "$picture: not drawn: $program $arguments" >&2
        failed=1
    }
done <"$(dirname "$0")/commands"
exit $failed
