#!/bin/sh
# A signal: a check stops at once and what it found out by then is kept.
. "$(dirname "$0")/lib.sh"
base=$(printf '{"%d": [1, 2, 3]},' $(seq 5000))
i=0
while [ $i -lt 80 ]; do
	printf '[%s%d]' "$base" $i >"$src/$i.yaml"
	i=$((i + 1))
done
[ -r /proc/self/io ] || exit 77

# Has it read so much that some files must be judged by now?
has_read() {
	_read=$(sed -n 's/^rchar: //p' "/proc/$1/io" 2>/dev/null)
	[ "${_read:-0}" -gt 1000000 ]
}

# interrupt COMMAND...: begin, wait until some files are judged, signal.
interrupt() {
	rm -rf "$work/cache"
	"$cfgfs" "$@" >"$work/out" 2>"$work/err" &
	_pid=$!
	until has_read $_pid; do
		kill -0 $_pid 2>/dev/null || fail "$*: it has ended by itself"
		sleep 0.01
	done
	kill -TERM $_pid
	wait $_pid
	is "$1: exit status" $? 143
}

for command in 'check -j1' 'cache warm -j1'; do
	interrupt $command "$src"
	says "$command: it says so" 'interrupted; what was found out so far is kept' "$work/err"
	is "$command: no report of a part" "$(grep -c yaml "$work/out")" 0
	run 'what is known' 0 check -f json "$src"
	grep -q '"cached": true' "$work/out" || fail "$command: nothing was kept"
	grep -q '"cached": false' "$work/out" || fail "$command: it went on"
done
