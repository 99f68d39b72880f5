#!/bin/sh
# A worker that is killed is replaced; readers see nothing but a delay.
. "$(dirname "$0")/lib.sh"
load=${LOAD:?}
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
mkfifo "$work/go"
t "$helper" later "$mnt/d/long.yaml" <"$work/go" >"$work/mapped" &
mapper=$!
exec 5>"$work/go"
until_holds 'it is mapped' test -s "$work/mapped"
dd bs=4096 count=1 <&3 >"$work/part" 2>/dev/null
kill_worker
echo '{"other": 1}' >"$src/d/new" && mv "$src/d/new" "$src/d/long.yaml"
cat <&3 >>"$work/part" || fail 'read after a kill'
holds 'the file that was opened' cmp "$work/part" "$work/long"
echo >&5
wait $mapper || fail 'a mapping after a kill'
holds 'the file that was mapped' cmp "$work/mapped" "$work/long"
rm "$src/d/long.yaml"
kill_worker
exec 3<&- 4<&- 5<&-
is 'what is there now' "$(t ls "$mnt/d")" ''

# A report that somebody reads stays the one that he began to read, to the byte.
rm -r "$src"/* && echo '{"a": }' >"$src/a.json"
i=0
while [ $i -lt 400 ]; do
	echo '{"a": 1}' >"$src/this-is-file-number-$i-of-some-that-make-it-long.json"
	i=$((i + 1))
done
exec 3<"$mnt/.report"
size=$(t stat -L -c %s /dev/fd/3)
dd bs=4096 count=1 <&3 >"$work/part" 2>/dev/null
kill_worker
rm "$src"/this*9*
cat <&3 >>"$work/part" || fail 'read a report after a kill'
exec 3<&-
is 'its size' "$(wc -c <"$work/part" | tr -d ' ')" "$size"
is 'all files are in it' "$(grep -c '^F' "$work/part")" 401
whole() { awk -F '\t' '$2 == "valid" && NF == 8 && $4 ~ /^this-is.*json$/' "$1"; }
is 'each whole' "$(whole "$work/part" | wc -l | tr -d ' ')" 400

# Killed while one is being made: another worker makes it.
rm "$src"/*
base=$(printf '{"%d": [1, 2, 3]},' $(seq 5000))
i=0
while [ $i -lt 100 ]; do
	printf '[%s%d]' "$base" $i >"$src/$i.yaml"
	i=$((i + 1))
done
some_are_judged() { [ "$(status valid)" -gt "$1" ]; }
timeout -s KILL 100 cat "$mnt/.report" >"$work/part" &
reader=$!
until_holds 'it has begun' some_are_judged 0
kill_worker
# On a quick machine it was whole before the kill, and has been read by now.
goes_on() { some_are_judged 10 || ! is_alive "$reader"; }
until_holds 'it goes on' goes_on
kill_worker
wait $reader || fail 'a report that was begun before a kill'
is 'it says all' "$(grep -c '^F	valid' "$work/part")" 100

# Who waited for the dead one can still lose patience.
rm "$src"/*
i=0
while [ $i -lt 300 ]; do
	printf '[%s-%d]' "$base" $i >"$src/$i.yaml"
	i=$((i + 1))
done
cat "$mnt/.report" >/dev/null 2>&1 &
reader=$!
until_holds 'it has begun' some_are_judged 0
kill_worker
kill -INT $reader
kill $reader
wait $reader
[ "$(status unchecked)" -gt 0 ] || fail 'the reader waited for the end'
unmount
