#!/bin/sh
# Users mount by fusermount3, on their own directories, what they may read.
. "$(dirname "$0")/lib.sh"
[ "$(id -u)" = 0 ] && command -v setpriv >/dev/null &&
	command -v fusermount3 >/dev/null && unshare -m true 2>/dev/null || exit 77
user=65534
other=65533
as() {
	_id=$1
	shift
	timeout -s KILL 30 setpriv --reuid="$_id" --regid="$_id" --clear-groups "$@"
}
chmod 755 "$work"
as $user test -x "$cfgfs" || exit 77
echo '{"a": 1}' >"$src/a.json"
echo '{"s": 1}' >"$src/secret.json"
chmod 600 "$src/secret.json"
mkdir "$XDG_CACHE_HOME"
as $user "$cfgfs" mount "$src" "$mnt" 2>"$work/err"
is 'a mountpoint of somebody else' $? 2
holds 'it is said' grep -q 'not writable: users can mount' "$work/err"
chown $user "$mnt" "$XDG_CACHE_HOME"

# A device that users may open, for this test alone.
mknod "$work/device" c 10 229
if [ "$(stat -c %a /dev/fuse)" = 600 ]; then
	as $user "$cfgfs" mount "$src" "$mnt" 2>"$work/err"
	is 'no permission: exit status' $? 2
	holds 'no permission: message' grep -q 'no permission to use /dev/fuse' "$work/err"
fi
cat >"$work/inside.sh" <<'EOF'
chmod 666 "$work/device" && mount --bind "$work/device" /dev/fuse || exit 77
if ! grep -q '^user_allow_other' /etc/fuse.conf 2>/dev/null; then
	as $user "$cfgfs" mount -o allow_other "$src" "$mnt" 2>"$work/err"
	is 'allow_other: exit status' $? 2
	holds 'allow_other: message' grep -q 'user_allow_other' "$work/err"
fi
PATH=/nowhere as_plain $user "$cfgfs" mount "$src" "$mnt" 2>"$work/err"
is 'no fusermount3: exit status' $? 2
holds 'no fusermount3: message' grep -q 'fusermount3 is missing' "$work/err"
as $user "$cfgfs" mount "$src" "$mnt" >"$work/out" 2>"$work/err"
is 'a user mounts' $? 0
is 'and reads' "$(as $user cat "$mnt/a.json")" '{"a": 1}'
is 'but not what is forbidden' \
	"$(as $user cat "$mnt/secret.json" 2>&1 | sed 's/.*: //')" 'Permission denied'
is 'others may not look' "$(cat "$mnt/a.json" 2>&1 | sed 's/.*: //')" 'Permission denied'
is 'what cannot be read is an error' \
	"$(as $user cut -f 2,4 "$mnt/.report" | grep secret)" "$(printf 'error\tsecret.json')"
as $other "$cfgfs" umount "$mnt" 2>"$work/err"
is 'somebody else unmounts: exit status' $? 2
holds 'somebody else unmounts: message' grep -q 'by another user' "$work/err"
cd "$work" && exec 3<"$work/out"
as $user sh -c "exec 4<'$mnt/a.json'; '$cfgfs' umount '$mnt'" 2>"$work/err"
is 'busy: exit status' $? 2
holds 'busy: message' grep -q 'is busy' "$work/err"
as $user "$cfgfs" umount "$mnt" || fail 'the user unmounts'
fails 'it is gone' is_mounted "$mnt"
EOF
as_plain() {
	_id=$1
	shift
	/usr/bin/setpriv --reuid="$_id" --regid="$_id" --clear-groups "$@"
}
# In a mount namespace of its own, with what is defined here.
export CFGFS HELPER work src mnt user other
functions=$work/functions.sh
{
	sed -n '/^fail() /,$p' "$(dirname "$0")/../lib.sh"
	sed -n '/^t() /,/^is_alive/p' "$(dirname "$0")/lib.sh"
	sed -n '/^as() {/,/^}/p; /^as_plain() {/,/^}/p' "$0"
} >"$functions"
cfgfs=$cfgfs unshare -m sh -c ". '$functions'; cfgfs='$cfgfs'; . '$work/inside.sh'"
exit $?
