#!/bin/sh
# What becomes of a mount whose workers or whose supervisor cannot go on.
. "$(dirname "$0")/lib.sh"
is_dead() { ! is_alive "$1"; }
echo '{"a": 1}' >"$src/a.json"

# has_other PID: another worker is there, or the daemon has ended.
has_other() {
	_worker=$(worker)
	! is_alive "$daemon" || { [ -n "$_worker" ] && [ "$_worker" != "$1" ]; }
}

# crash SIGNAL: end the worker by it.
crash() {
	until_holds 'there is a worker' has_worker
	_last=$(worker)
	kill -"$1" "$_last"
	until_holds "after SIG$1 of $_last" has_other "$_last"
}

# A crash now and then is survived; a loop of them is not.
mount_source
for signal in SEGV ABRT BUS; do
	crash $signal
	is "after SIG$signal" "$(t cat "$mnt/a.json")" '{"a": 1}'
done
is 'they are counted' "$(status worker.restarts)" 3
crash SEGV
crash SEGV
until_holds 'the daemon gives up' is_dead "$daemon"
wait "$daemon"
is 'its exit status' $? 2
says 'why' 'workers keep ending, the last one' "$work/err"
fails 'it is unmounted' is_mounted "$mnt"

# Killed before they are ready, again and again: somebody else has the cache for
# himself, so that they wait for a while.
mount_source
flock -F "$XDG_CACHE_HOME/cfgfs/users" sleep 60 &
holder=$!
kills=0
while [ $kills -lt 21 ] && is_alive "$daemon"; do
	crash KILL
	kills=$((kills + 1))
done
kill $holder
until_holds 'it is given up' is_dead "$daemon"
wait "$daemon"
is 'exit status' $? 2
says 'why' 'giving up' "$work/err"
fails 'and unmounted' is_mounted "$mnt"

# The supervisor is killed: its worker ends, readers get an error at once.
mount_source
exec 3<"$mnt/a.json"
last=$(worker)
kill -9 "$daemon"
wait "$daemon" 2>/dev/null
until_holds 'the worker ends' is_dead "$last"
is 'a read' "$(t cat "$mnt/a.json" 2>&1 | sed 's/.*: //')" \
	'Transport endpoint is not connected'
exec 3<&-
holds 'umount' t "$cfgfs" umount "$mnt"
fails 'gone' is_mounted "$mnt"

# A worker that is told to end ends the mount.
mount_source
kill -TERM "$(worker)"
until_holds 'the daemon follows' is_dead "$daemon"
wait "$daemon"
is 'well' $? 0
fails 'unmounted' is_mounted "$mnt"
daemon=
