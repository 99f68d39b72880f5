#!/bin/sh
# The daemon is killed at any time between and during edits; what the next one
# serves is the newest version that was ever read, or a newer valid one. $1: how
# many times.
. "$(dirname "$0")/lib.sh"
export XDG_STATE_HOME="$work/state"

# Readers of a dead mount must not wait for its descriptor to be closed.
remount() {
	umount -l "$mnt" 2>/dev/null || fusermount3 -uz "$mnt"
	mount_source -o on_invalid=lastgood
}
number() { t sed -n 's/^n: \([0-9]*\)$/\1/p' "$mnt/a.yaml"; }

# Edits without end, every other one broken; a reader that says what it got.
edit_on() {
	while :; do
		n=$((n + 1))
		printf 'n: %d\n' $n >"$src/new" && mv "$src/new" "$src/a.yaml"
		cat "$mnt/a.yaml" >"$work/read" 2>/dev/null && mv "$work/read" "$work/last"
		printf 'n: [%d\n' $n >"$src/a.yaml"
		cat "$mnt/a.yaml" >/dev/null 2>&1
	done
}

n=0
echo 'n: 0' >"$src/a.yaml"
cp "$src/a.yaml" "$work/last"
mount_source -o on_invalid=lastgood
round=0
while [ $round -lt "${1:-8}" ]; do
	edit_on &
	editor=$!
	before=$(cat "$work/last")
	has_moved() { [ "$(cat "$work/last")" != "$before" ]; }
	until_holds 'edits are read' has_moved
	kill -9 "$daemon"
	wait "$daemon" 2>/dev/null
	kill -9 $editor
	wait $editor 2>/dev/null
	last=$(sed 's/^n: //' "$work/last")
	printf 'n: [broken\n' >"$src/a.yaml"
	remount
	now=$(number)
	[ -n "$now" ] && [ "$now" -ge "$last" ] ||
		fail "after $last was read, '$now' is served"
	n=$((now + 1))
	round=$((round + 1))
done

# A worker that is killed: whoever has the file open goes on with what he
# opened, also when it is broken by now, and by the next worker too.
worker() { cut -d ' ' -f 1 "/proc/$daemon/task/$daemon/children" 2>/dev/null; }
has_other() { _worker=$(worker) && [ -n "$_worker" ] && [ "$_worker" != "$1" ]; }
kill_worker() {
	_last=$(worker)
	kill -9 "$_last"
	until_holds 'another worker is there' has_other "$_last"
}
seen() { [ "$(cat "$work/seen")" = "$1" ]; }
for policy in deny lastgood; do
	unmount
	echo 'n: 7' >"$src/a.yaml"
	mount_source -o on_invalid=$policy
	mkfifo "$work/ask"
	: >"$work/seen"
	"$helper" uncached "$mnt/a.yaml" <"$work/ask" >"$work/seen" &
	reader=$!
	exec 3>"$work/ask"
	echo >&3
	until_holds 'the first read' seen 'n: 7'
	kill_worker
	is 'served after that' "$(t cat "$mnt/a.yaml")" 'n: 7'
	echo >&3
	until_holds 'the second read' seen 'n: 7
n: 7'
	echo 'n: [' >"$src/a.yaml"
	kill_worker
	case $policy in
	lastgood) is 'served' "$(t cat "$mnt/a.yaml")" 'n: 7' ;;
	deny) fails 'denied' t cat "$mnt/a.yaml" 2>"$work/err2" ;;
	esac
	echo >&3
	exec 3>&-
	wait $reader
	# The content is gone under deny, so that nothing comes; it was kept else.
	case $policy in
	lastgood) is 'the third read' "$(tail -n 1 "$work/seen")" 'n: 7' ;;
	deny) says 'no read' 'Stale file handle' "$work/seen" ;;
	esac
	fails 'nothing broken comes' grep -q '\[' "$work/seen"
	rm "$work/ask"
done
unmount
