# What tests of the program start with, mounted or not: a private folder with a
# place for a tree, and words to say what must hold. Sourced by cli/lib.sh and
# mount/lib.sh, which add how to clean up. Needs CFGFS (the program).
set -u
umask 022
cfgfs=${CFGFS:?}
work=$(mktemp -d)
src=$work/src
mkdir "$src"
# A failing program must say so in words that tests expect.
export XDG_CACHE_HOME="$work/cache" LC_ALL=C

fail() {
	echo "FAILED: $*" >&2
	for log in out err; do
		[ -s "$work/$log" ] && sed "s/^/$log: /" "$work/$log" | head -n 30 >&2
	done
	exit 1
}

# is WHAT GOT WANTED
is() { [ "$2" = "$3" ] || fail "$1: got '$2', wanted '$3'"; }

# says WHAT PATTERN FILE
says() { grep -q -- "$2" "$3" || fail "$1: no '$2'"; }

# holds WHAT COMMAND...
holds() {
	_what=$1
	shift
	"$@" || fail "$_what: '$*' failed"
}

# fails WHAT COMMAND...
fails() {
	_what=$1
	shift
	if "$@"; then fail "$_what: '$*' succeeded"; fi
}

# until_holds WHAT COMMAND...: at most 20 seconds.
until_holds() {
	_what=$1
	shift
	_left=400
	until "$@"; do
		_left=$((_left - 1))
		[ $_left -gt 0 ] || fail "$_what: '$*' did not come true"
		sleep 0.05
	done
}

# Servers that a test has started, by their process ids; they end with it.
servers=
end_servers() {
	for _server in $servers; do
		kill -CONT "$_server" 2>/dev/null
		kill "$_server" 2>/dev/null && wait "$_server" 2>/dev/null
	done
}
