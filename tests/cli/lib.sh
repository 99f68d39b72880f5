# What every test of the commands starts with: a private folder with a tree.
# Needs CFGFS (the program) and EXAMPLES (tests/examples).
set -u
umask 022
cfgfs=${CFGFS:?}
work=$(mktemp -d)
src=$work/src
mkdir "$src"
export XDG_CACHE_HOME="$work/cache" LC_ALL=C
clean_up() {
	if grep -q " $work/mnt " /proc/self/mountinfo; then
		timeout -s KILL 30 "$cfgfs" umount "$work/mnt" || umount -l "$work/mnt"
	fi
	rm -rf "$work"
}
trap clean_up EXIT

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

# run WHAT STATUS ARGUMENT...: cfgfs with these ends with that status.
run() {
	_what=$1
	_status=$2
	shift 2
	timeout -s KILL 60 "$cfgfs" "$@" >"$work/out" 2>"$work/err"
	is "$_what: exit status" $? "$_status"
}
