#!/bin/sh
# packages.sh - are the packages there that the build needs?  Called by
# the Makefile with their Debian names:
#
#   packages.sh NAME...            silent if so; else says which are
#                                  missing and how to install them
#   packages.sh --install NAME...  installs them if root calls it, else
#                                  says the command; says it if all is
#                                  there
#
# The exit status is 0 if they are all there, 1 if not.  What counts is
# the command or the header that a package brings, wherever it comes
# from.  CC is the compiler: if it is clang, that is meant by gcc.
set -u
compiler=${CC:-cc}
compiler=${compiler##*ccache }
compiler=${compiler%% *}

has_command() {
    command -v "$1" >/dev/null
}

has_header() {
    [ -e "/usr/include/$1" ] ||
        echo "#include <$1>" | $compiler -E -x c - >/dev/null 2>&1
}

is_there() {
    case $1 in
    gcc) has_command "$compiler" ;;
    binutils) has_command objcopy && has_command ld ;;
    libc6-dev) has_header stdio.h ;;
    libdw-dev) has_header elfutils/libdw.h ;;
    libncurses-dev) has_header ncursesw/curses.h || has_header curses.h ;;
    check) has_header check.h ;;
    libexpat1-dev) has_header expat.h ;;
    libjansson-dev) has_header jansson.h ;;
    *) dpkg -s "$1" >/dev/null 2>&1 ;;
    esac
}

missing() {
    for package; do
        is_there "$package" && continue
        case $package:$compiler in
        gcc:cc) echo gcc ;;
        gcc:*) echo "${compiler##*/}" ;;
        *) echo "$package" ;;
        esac
    done
}

install=
if [ "${1-}" = --install ]; then
    install=yes
    shift
fi
missing=$(missing "$@" | tr '\n' ' ')
missing=${missing% }
command="apt-get install $missing"

if [ -z "$missing" ]; then
    [ -z "$install" ] || echo "Nothing to install, all is there: $*"
    exit 0
fi
if [ -z "$install" ] || [ "$(id -u)" != 0 ]; then
    echo "Missing: $missing. To install: sudo $command" >&2
    exit 1
fi
has_command apt-get || {
    echo "There is no apt-get here. Install what Debian calls: $missing" >&2
    exit 1
}
export DEBIAN_FRONTEND=noninteractive
echo "Running: apt-get update && $command"
log=$(mktemp) || exit 1
trap 'rm -f "$log"' EXIT
{ apt-get -q update &&
    apt-get -qy --no-install-recommends install $missing; } >"$log" 2>&1 || {
    cat "$log" >&2
    echo "That failed; see above." >&2
    exit 1
}
left=$(missing "$@")
if [ -n "$left" ]; then
    echo "Installed, but still missing:" $left >&2
    exit 1
fi
echo "Installed: $missing"
