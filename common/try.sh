#!/bin/sh
# try.sh - builds a student's own program, for `make try`.
#
#   try.sh files   are they there, and are they C?
#   try.sh build   makes $TRY of them
#
# From the environment: FILES (their names, as the student has given
# them), TRY (what to make), BUILD (the folder to build in), CC, COMPILE
# and COMPILE_TABLE (commands to which "-o OBJECT SOURCE" is added), LINK
# (one to which "-o PROGRAM OBJECT..." is) and LIBRARIES_OF_TRY.
#
# The files' objects become one object, in which everything but main is
# local: the student may call a function whatever a function of the
# harness is called, and neither is taken for the other.
set -u
me='make try'

fail() {
    echo "$me: $*" >&2
    exit 1
}

# A name that no command takes for an option, and that show/units.c does
# not take for a file of the harness.
add_file() {
    case $1 in
    -* | common/* | chapters/* | tests/*) set -- "./$1" ;;
    '~/'*) set -- "$HOME/${1#??}" ;;
    esac
    count=$((count + 1))
    eval "file$count=\$1"
}

# FILES is one name, whatever is in it, if there is a file of that name;
# else names and patterns with spaces between.
read_files() {
    count=0
    if [ -e "$FILES" ]; then
        add_file "$FILES"
        return
    fi
    set -f
    for word in $FILES; do
        if [ -e "$word" ]; then
            add_file "$word"
        else
            set +f
            for name in $word; do
                add_file "$name"
            done
            set -f
        fi
    done
    set +f
}

# for_each COMMAND... - for each file, with its name and number added.
for_each() {
    i=0
    while [ $i -lt $count ]; do
        i=$((i + 1))
        eval "name=\$file$i"
        "$@" "$name" $i
    done
}

check_file() {
    case $1 in
    *.cc | *.cpp | *.cxx | *.c++ | *.C | *.cp | *.hpp | *.hh)
        fail "$1 is C++, and this is for C only" ;;
    esac
    [ -e "$1" ] || fail "there is no file $1"
    [ ! -d "$1" ] || fail "$1 is a folder: give its .c files"
    [ -r "$1" ] || fail "$1 cannot be read"
    case $1 in
    *.h) fail "$1 is a header: give the .c files, which include it" ;;
    *.c) ;;
    *) fail "$1 is no C source: its name does not end in .c" ;;
    esac
}

compile() {
    eval "$COMPILE" '-o "$work/$2.o" "$1"' ||
        fail "$1 does not compile: see above"
}

has_main() {
    nm --defined-only "$work/$2.o" | grep -q ' [TW] main$' || return
    mains=${mains:+$mains and }$1
    main_file=$1
    main_count=$((main_count + 1))
}

find_main() {
    main_count=0 mains=
    for_each has_main
    [ $main_count -gt 0 ] ||
        fail "there is no main in $(for_each echo_file | sed '$!s/$/, nor in /' | tr -d '\n')"
    [ $main_count -eq 1 ] || fail "there is a main in $mains: one is enough"
}

echo_file() {
    echo "$1"
}

names_in() {
    awk '{ print $NF }' | LC_ALL=C sort -u
}

# Who forgets to define what the harness happens to have as well must
# not get that one.
check_undefined() {
    nm -u "$work/whole.o" | names_in >"$work/undefined"
    nm --defined-only --extern-only "$BUILD/common.a" \
        "$BUILD/common/run/main.o" 2>"$work/complaints" |
        grep -v ' __tsan_' | grep ' [A-Z] ' | names_in >"$work/harness"
    missing=$(LC_ALL=C comm -12 "$work/undefined" "$work/harness" |
        tr '\n' ' ')
    [ -z "$missing" ] || fail "$main_file uses what none of the files" \
        "defines: $missing"
}

join() {
    eval ld -r -d '-o "$work/whole.o"' \
        "$(for_each echo_object | tr '\n' ' ')" ||
        fail "the files do not fit together: see above"
    objcopy --redefine-sym main=variant_whole_main \
        --keep-global-symbol=variant_whole_main "$work/whole.o" ||
        fail "objcopy: see above"
}

echo_object() {
    echo "\"\$work/$2.o\""
}

find_unseen() {
    common/run/unseen.sh "$BUILD/wrap.ld" "$1" "$work/$2.o" \
        >>"$work/unseen"
}

# The table of variants: the file with the main comes first.
make_table() {
    : >"$work/unseen"
    for_each find_unseen
    cut -f 2- "$work/unseen" >&2
    set -- "$main_file"
    i=0
    while [ $i -lt $count ]; do
        i=$((i + 1))
        eval "name=\$file$i"
        [ "$name" = "$main_file" ] || set -- "$@" "$name"
    done
    awk -v whole=1 -v unseen="$work/unseen" -f common/run/variants.awk \
        "$@" >"$work/try.variants.c" &&
        eval "$COMPILE_TABLE" \
            '-o "$work/variants.o" "$work/try.variants.c"' ||
        fail "its table cannot be made: see above"
}

build() {
    mkdir -p "$BUILD" && work=$(mktemp -d "$BUILD/try.XXXXXX") ||
        fail "cannot make a folder in $BUILD"
    trap 'rm -rf "$work"' EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM HUP
    for_each compile
    find_main
    join
    check_undefined
    make_table
    eval "$LINK" '-o "$work/try" "$work/whole.o" "$work/variants.o"' \
        '"$BUILD/common/run/main.o" "$BUILD/common.a"' "$LIBRARIES_OF_TRY" ||
        fail "$main_file cannot be linked: see above. If it needs other" \
            'files: FILE="a.c b.c"; if a library: LDLIBS=-lNAME'
    mkdir -p "$(dirname "$TRY")" && mv "$work/try" "$TRY" ||
        fail "cannot make $TRY"
}

[ ! -d "$TRY" ] || fail "$TRY is a folder"
rm -f "$TRY" || exit
read_files
[ $count -gt 0 ] || fail "which program? Say it: $me FILE=mine.c"
case $1 in
files) for_each check_file ;;
build) build ;;
esac
