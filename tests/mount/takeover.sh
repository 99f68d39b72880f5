#!/bin/sh
# A worker that is killed is replaced; readers see nothing but a delay.
. "$(dirname "$0")/lib.sh"
load=${LOAD:?}
worker() { cut -d ' ' -f 1 "/proc/$daemon/task/$daemon/children" 2>/dev/null; }
kill_worker() { kill -9 "$(worker)"; }
value() { sed -n "s/^$1 //p" "$work/load"; }

echo '{"a": 1}' >"$src/a.json"
mount_source
is 'nobody has died' "$(status worker.restarts)" 0
is 'how it would go on' "$(status takeover)" replay

# Under load, while the source is edited.
timeout -s KILL 120 "$load" "$src" "$mnt" "$daemon" 30 >"$work/load" ||
	fail "load: $(cat "$work/load")"
is 'kills' "$(value kills)" 30
is 'restarts' "$(status worker.restarts)" 30
echo "30 kills under load: longest pause $(value longest_ms) ms," \
	"$(value reads) reads, $(value edits) edits"

# Asked in the very moment of its death.
i=0
while [ $i -lt 10 ]; do
	kill_worker
	is "read $i after a kill" "$(cat "$mnt/a.json")" '{"a": 1}'
	i=$((i + 1))
done

# A reader that has a file open goes on with it, whatever became of its name.
mkdir "$src/d"
awk 'BEGIN { for (i = 0; i < 40000; i++) print "# line " i }' >"$src/d/long.yaml"
cp "$src/d/long.yaml" "$work/long"
exec 3<"$mnt/d/long.yaml" 4<"$mnt/d"
dd bs=4096 count=1 <&3 >"$work/part" 2>/dev/null
kill_worker
echo '{"other": 1}' >"$src/d/new" && mv "$src/d/new" "$src/d/long.yaml"
cat <&3 >>"$work/part" || fail 'read after a kill'
holds 'the file that was opened' cmp "$work/part" "$work/long"
rm "$src/d/long.yaml"
kill_worker
exec 3<&- 4<&-
is 'what is there now' "$(t ls "$mnt/d")" ''
unmount
