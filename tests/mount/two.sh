#!/bin/sh
# Two mounts of one source share a cache, each with figures of its own.
. "$(dirname "$0")/lib.sh"
echo '{"a": 1}' >"$src/a.json"
echo '[' >"$src/b.json"
mkdir "$work/second"
mount_source
t "$cfgfs" mount "$src" "$work/second" >/dev/null || fail 'the second mount'
t cat "$mnt/.report" >/dev/null
judged() { echo "$(status valid) $(status invalid)"; }
becomes '1 1' judged # by the first
is 'the second has not' "$(status unchecked "$work/second")" 2
is 'both say the same' "$(t grep '^[FD]' "$work/second/.report" | cut -f 1-6,9- | cut -f 1-5)" \
	"$(t grep '^[FD]' "$mnt/.report" | cut -f 1-6,9- | cut -f 1-5)"
echo '{"a": 2}' >"$src/a.json"
is 'the first sees an edit' "$(t cat "$mnt/a.json")" '{"a": 2}'
is 'the second too' "$(t cat "$work/second/a.json")" '{"a": 2}'
holds 'umount of the second' t "$cfgfs" umount "$work/second"
holds 'the first goes on' t cmp "$src/a.json" "$mnt/a.json"
unmount
