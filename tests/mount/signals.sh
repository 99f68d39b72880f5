#!/bin/sh
# Signals unmount; after kill -9 a clean mount can follow.
. "$(dirname "$0")/lib.sh"
echo '{"a": 1}' >"$src/a.json"
is_dead() { ! is_alive "$daemon"; }
for signal in TERM INT HUP; do
	mount_source
	t cat "$mnt/a.json" >/dev/null
	kill -$signal "$daemon"
	until_holds "it ends by SIG$signal" is_dead
	wait "$daemon"
	is "exit status after SIG$signal" $? 0
	fails "unmounted after SIG$signal" is_mounted "$mnt"
done

# Also while a file is open there.
mount_source
exec 3<"$mnt/a.json"
kill -TERM "$daemon"
until_holds 'it ends although a file is open' is_dead
fails 'unmounted although a file is open' is_mounted "$mnt"
exec 3<&-

# Killed: umount cleans up, and the cache is good.
mount_source
t cat "$mnt/a.json" >/dev/null
kill -9 "$daemon"
wait "$daemon" 2>/dev/null
holds 'a dead mount is still there' is_mounted "$mnt"
t "$cfgfs" mount "$src" "$mnt" >/dev/null 2>"$work/err2"
is 'no mount over a dead one' $? 2
holds 'and it is said why' grep -q 'whose daemon has ended' "$work/err2"
holds 'umount of a dead mount' t "$cfgfs" umount "$mnt"
mount_source
holds 'a clean mount afterwards' t cmp "$src/a.json" "$mnt/a.json"
exec 3<"$mnt/a.json"
kill -9 "$daemon"
wait "$daemon" 2>/dev/null
holds 'umount of a dead mount that is in use' t "$cfgfs" umount "$mnt"
exec 3<&-
daemon=

# In the background: it returns when the mount is ready.
t "$cfgfs" mount "$src" "$mnt" >"$work/out"
is 'exit status of a mount in the background' $? 0
is 'it is ready' "$(t cat "$mnt/a.json")" '{"a": 1}'
is 'it says where' "$(cat "$work/out")" "mounted $src at $mnt
status: $mnt/.status
report: $mnt/.report"
holds 'umount' t "$cfgfs" umount "$mnt"
fails 'gone' is_mounted "$mnt"
