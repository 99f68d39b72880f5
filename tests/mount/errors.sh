#!/bin/sh
# Each trouble has a clear message and exit status 2.
. "$(dirname "$0")/lib.sh"
echo '{}' >"$src/a.json"
# wrong WHAT PATTERN ARGUMENT...: cfgfs fails, with a message like that.
wrong() {
	_what=$1
	_pattern=$2
	shift 2
	timeout -s KILL 30 "$cfgfs" "$@" >"$work/out" 2>"$work/err"
	is "$_what: exit status" $? 2
	grep -q "^cfgfs: .*$_pattern" "$work/err" || fail "$_what: no '$_pattern'"
	[ -s "$work/out" ] && fail "$_what: something on stdout"
	fails "$_what: nothing is mounted" is_mounted "$mnt"
}
mkdir "$src/inside" "$work/outer" "$work/outer/src"
wrong 'no source' "source '$work/none': No such file" mount "$work/none" "$mnt"
wrong 'a file as source' 'not a directory.*cfgfs check' mount "$src/a.json" "$mnt"
wrong 'no mountpoint' 'does not exist' mount "$src" "$work/none"
wrong 'a file as mountpoint' 'not a directory' mount "$src" "$src/a.json"
wrong 'mountpoint inside' 'inside the source' mount "$src" "$src/inside"
wrong 'source inside' 'inside the mountpoint' mount "$work/outer/src" "$work/outer"
wrong 'the same place' 'same directory' mount "$src" "$src"
ln -s "$src/inside" "$work/way"
wrong 'inside by a link' 'inside the source' mount "$src" "$work/way"
wrong 'no mountpoint named' 'needs a source and a mountpoint' mount "$src"
wrong 'too many arguments' 'takes one source' mount "$src" "$mnt" "$mnt"
wrong 'an unknown option' "'virtul'.*did you mean 'virtual'" mount -o virtul=visible "$src" "$mnt"
wrong 'an option like no other' "unknown option 'zzzzzzz'" mount -o zzzzzzz "$src" "$mnt"
wrong 'a value missing' "'cache' needs a value" mount -o ro,cache "$src" "$mnt"
wrong 'a value too many' "'ro' takes no value" mount -o ro=1 "$src" "$mnt"
wrong 'a wrong value' "'level' cannot be 'high'" mount -o level=high "$src" "$mnt"
wrong 'a wrong coherence' "'coherence' cannot be 'loose': use auto, fast, strict or rehash" mount -o coherence=loose "$src" "$mnt"
wrong 'a wrong size' "'max_size' cannot be '1Q'" mount -o max_size=1Q "$src" "$mnt"
wrong 'a cache in the source' "lies inside the source" mount -o "cache=$src/c" "$src" "$mnt"
wrong 'a wrong wait' "'wait' cannot be" mount -o wait=soon "$src" "$mnt"
wrong 'wrong workers' "'workers' cannot be '0'" mount -o workers=0 "$src" "$mnt"
wrong 'writable' 'suid.* not allowed' mount -o suid "$src" "$mnt"
for option in level=thorough rw name=x; do
	wrong "$option" 'not available yet' mount -o $option "$src" "$mnt"
done
wrong 'a policy that is none' 'use serve, deny or lastgood' \
	mount -o on_invalid=ignore "$src" "$mnt"
wrong 'behind the source' "'coherence=fast': what is not valid" \
	mount -o on_invalid=deny,coherence=fast "$src" "$mnt"
wrong 'no version to go back to' 'use serve or deny' \
	mount -o never_valid=lastgood "$src" "$mnt"
wrong 'versions that nobody keeps' "use it with on_invalid=lastgood" \
	mount -o never_valid=deny "$src" "$mnt"
for command in mount check sync umount ctl upgrade status explain 'cache stats'; do
	wrong "$command: no such option" "unrecognized option '--bogus'" \
		$command --bogus "$src" "$mnt"
done
wrong 'another error' 'use EACCES or EIO' mount -o errno=ENOENT "$src" "$mnt"
wrong 'no such configuration' "'config': cannot use 'x'" mount -o config=x "$src" "$mnt"
: >"$src/config.yaml"
wrong 'a configuration of the tree' 'trust-config' \
	mount -o "on_invalid=deny,config=$src/config.yaml" "$src" "$mnt"
rm "$src/config.yaml"
wrong 'a state in the tree' 'lies inside the source' \
	mount -o "on_invalid=lastgood,state=$src/state" "$src" "$mnt"
wrong 'nothing to sync' 'nothing is mounted' sync "$mnt"
wrong 'nothing to unmount' 'nothing is mounted' umount "$mnt"
wrong 'no such mountpoint' "No such file" umount "$work/none/none"
if [ "$(id -u)" = 0 ]; then
	mount -t tmpfs none "$work/outer"
	wrong 'a mount of another kind' 'not a mount of cfgfs' umount "$work/outer"
	wrong 'another kind to sync' 'not a mount of cfgfs' sync "$work/outer"
	umount "$work/outer"
fi

mount_source
# In the same place again, whichever way it is written.
for place in "$mnt" "$mnt/" "$work/./mnt"; do
	t "$cfgfs" mount "$src" "$place" >"$work/out2" 2>"$work/err2"
	is 'a second mount: exit status' $? 2
	holds 'a second mount: message' grep -q 'already mounted' "$work/err2"
done
# A link to it will do.
ln -s mnt "$work/link"
ln -s link "$work/link2"
for place in "$work/link" "$work/link/" "$work/link2"; do
	holds "$place: sync" t "$cfgfs" sync "$place"
	holds "$place: ctl" t "$cfgfs" ctl "$place" level=fast
	t "$cfgfs" mount "$src" "$place" >"$work/out2" 2>"$work/err2"
	holds "$place: mounted already" grep -q 'already mounted' "$work/err2"
done
ln -s loop "$work/loop"
t "$cfgfs" umount "$work/loop" 2>"$work/err2"
holds 'a link to itself' grep -q 'Too many levels' "$work/err2"
# Busy: somebody has a file open.
exec 3<"$mnt/a.json"
t "$cfgfs" umount "$mnt" 2>"$work/err2"
is 'busy: exit status' $? 2
holds 'busy: message' grep -q 'is busy: close what uses it' "$work/err2"
holds 'busy: it goes on' t cmp "$src/a.json" "$mnt/a.json"
exec 3<&-
t "$cfgfs" umount "$work/link2" || fail 'unmounted by a link'
wait "$daemon"
is 'the daemon' $? 0
daemon=

# Where nothing can be watched nothing is fast.
for wish in fast auto; do
	CFGFS_WITHOUT=inotify,fanotify mount_source -o coherence=$wish
	grep 'coherence=fast' "$work/err" >"$work/told.$wish"
	unmount
done
holds 'not fast: told' grep -q 'cannot be watched here, so' "$work/told.fast"
is 'nobody asked' "$(cat "$work/told.auto")" ''

# Without the device, without rights (as another user, where that can be had).
if [ "$(id -u)" = 0 ] && unshare -m true 2>/dev/null; then
	is 'no /dev/fuse' "$(unshare -m sh -c "mount -t tmpfs none /dev &&
		'$cfgfs' mount '$src' '$mnt'" 2>&1 | cut -d : -f 1,2)" \
		'cfgfs: /dev/fuse is missing'
fi
