#!/bin/sh
# A report that takes long can be interrupted, and holds nobody else up.
. "$(dirname "$0")/lib.sh"
mkdir "$src/many"
base=$(printf '{"%d": [1, 2, 3]},' $(seq 5000))
i=0
while [ $i -lt 300 ]; do
	printf '[%s%d]' "$base" $i >"$src/many/$i.yaml"
	i=$((i + 1))
done
echo '{"a": 1}' >"$src/a.json"
mount_source -o workers=1
(timeout -s KILL 60 cat "$mnt/.report" >"$work/report") &
reader=$!
is 'others read meanwhile' "$(timeout -s KILL 5 cat "$mnt/a.json")" '{"a": 1}'
timeout -s KILL 5 cat "$mnt/many/.status" >/dev/null || fail 'a status meanwhile'
timeout -s INT 0.05 cat "$mnt/many/.report" >/dev/null
holds 'the mount lives after an interrupt' t cmp "$src/a.json" "$mnt/a.json"
wait $reader || fail 'the report'
is 'the report is whole' "$(grep -c '^F' "$work/report")" 301
is 'nothing is pending' "$(status pending) $(status unchecked)" '0 0'
unmount

# Nobody waits for it any more: it is not made to the end.
rm -rf "$work/cache"
mount_source -o workers=1
timeout -s INT 0.2 cat "$mnt/.report" >/dev/null
rests() {
	_before=$(status unchecked)
	sleep 0.3
	[ "$(status unchecked)" = "$_before" ]
}
until_holds 'it rests' rests
[ "$(status unchecked)" -gt 0 ] || fail 'a report went on for nobody'
unmount

# Unmounting does not wait for a report that nobody wants any more; a signal
# ends it.
rm -rf "$work/cache"
mount_source -o workers=1
(timeout -s KILL 60 cat "$mnt/.report" >/dev/null 2>&1) &
reader=$!
until_holds 'it has begun' sh -c "[ \$(sed -n 's/^valid //p' '$mnt/.status') -gt 0 ]"
kill -TERM "$daemon"
is_dead() { ! is_alive "$daemon"; }
until_holds 'it ends while busy' is_dead
wait $reader
fails 'unmounted while busy' is_mounted "$mnt"
daemon=
