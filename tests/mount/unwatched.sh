#!/bin/sh
# What cannot be watched is asked for each time, folder by folder, and told.
. "$(dirname "$0")/lib.sh"
unshare -Ur true 2>/dev/null || exit 77

# In a namespace of its own a user has a limit of watches of its own.
limited='echo "$1" >/proc/sys/user/max_inotify_watches && shift && exec "$@"'
for folder in a b c d e f; do
	mkdir "$src/$folder"
	echo "{\"in\": \"$folder\"}" >"$src/$folder/x.json"
done
mount_limited() {
	: >"$work/out"
	CFGFS_WITHOUT=fanotify unshare -Urm sh -c "$limited" - "$1" \
		"$cfgfs" mount -f "$src" "$mnt" >"$work/out" 2>"$work/err" &
	daemon=$!
	until_holds 'the mount is ready' is_ready_or_dead
	is_alive "$daemon" || exit 77
}
# Another mount namespace: it is reached through its process.
inside() { t nsenter -t "$daemon" -U -m --preserve-credentials "$@"; }
key() { inside sed -n "s/^$1 //p" "$mnt/.status"; }
same() { is "$1" "$(inside cat "$mnt/$2")" "$(cat "$src/$2")"; }

mount_limited 4
holds 'it may be entered' inside true
for folder in a b c d e f; do same 'as it was' $folder/x.json; done
is 'it is fast' "$(key coherence)" fast
# The root, the sentinel of barriers if there is one, and some of the others.
unwatched=$(key unwatched)
[ "$unwatched" -ge 2 ] && [ "$unwatched" -le 5 ] || fail "unwatched: $unwatched"
for folder in a b c d e f; do
	echo "{\"now in\": \"$folder\"}" >"$src/$folder/x.json"
done
inside "$cfgfs" sync "$mnt" || fail 'sync'
for folder in a b c d e f; do same 'edited' $folder/x.json; done
for folder in a b c d e f; do
	echo "{\"renamed in\": \"$folder\"}" >"$src/new"
	mv "$src/new" "$src/$folder/x.json"
done
inside "$cfgfs" sync "$mnt" || fail 'sync'
for folder in a b c d e f; do same 'renamed over' $folder/x.json; done
rmdir_all() { rm -r "$src/a" "$src/b" "$src/c" "$src/d"; }
rmdir_all
inside "$cfgfs" sync "$mnt" || fail 'sync'
for folder in e f; do same 'others have gone' $folder/x.json; done
kill "$daemon"
wait "$daemon"
daemon=

mount_limited 0
is 'no watch at all' "$(key coherence)" strict
is 'why' "$(key coherence.reason)" 'the limit of watches is reached'
for folder in e f; do same 'as it was' $folder/x.json; done
echo '{"strict": 1}' >"$src/e/x.json"
same 'edited' e/x.json
kill "$daemon"
wait "$daemon"
daemon=
