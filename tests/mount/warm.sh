#!/bin/sh
# -o warm judges all in the background, says how far it is, lets readers go
# first, and ends when the mount does.
. "$(dirname "$0")/lib.sh"
echo '{"a": 1}' >"$src/a.json"
echo '{"a": ' >"$src/b.json"
mount_source -o warm
unchecked() { status unchecked; }
becomes 0 unchecked
is 'what it found' "$(status valid) $(status invalid)" '1 1'
sweeps() { status progress.sweeps; }
becomes 0 sweeps
is 'nothing is left to be done' \
	"$(status progress.done) $(status progress.total) $(status progress.eta) $(status pending)" \
	'0 0 0 0'
unmount

# Long enough for somebody to come in between.
mkdir "$src/many"
base=$(printf '{"%d": [1, 2, 3]},' $(seq 5000))
i=0
while [ $i -lt 120 ]; do
	printf '[%s%d]' "$base" $i >"$src/many/$i.yaml"
	i=$((i + 1))
done
rm -rf "$work/cache"
mount_source -o warm,workers=1
is_under_way() { [ "$(status progress.done)" -gt 0 ]; }
until_holds 'it has begun' is_under_way
t cat "$mnt/.status" >"$work/status"
says 'one sweep' '^progress.sweeps 1$' "$work/status"
says 'of all files' '^progress.total 122$' "$work/status"
says 'the time that is left' '^progress.eta [1-9]' "$work/status"
says 'not all is judged' '^state degraded$\|^state unchecked$' "$work/status"
[ "$(sed -n 's/^pending //p' "$work/status")" -gt 0 ] || fail 'nothing is pending'
is 'a reader meanwhile' "$(t cat "$mnt/a.json")" '{"a": 1}'
kill -TERM "$daemon"
is_dead() { ! is_alive "$daemon"; }
until_holds 'it ends in the middle' is_dead
fails 'unmounted in the middle' is_mounted "$mnt"
daemon=

# What was judged by then is kept: less is left to do.
mount_source -o warm
becomes 0 unchecked
is 'the rest' "$(status valid)" 121
[ "$(status cache.hits)" -gt 0 ] || fail 'nothing was kept of the first sweep'
unmount
