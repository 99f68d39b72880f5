#!/bin/sh
# As systemd runs it (Type=notify, watchdog), and as mount(8) does.
. "$(dirname "$0")/lib.sh"
export XDG_STATE_HOME="$work/state"
echo '{"v": 1}' >"$src/a.json"
echo '{"v": ' >"$src/b.json"

# The manager hears when it is ready, that it answers, and that it ends.
"${LISTEN:?}" "$work/notify" >"$work/heard" &
listener=$!
until_holds 'somebody listens' test -S "$work/notify"
export NOTIFY_SOCKET="$work/notify" WATCHDOG_USEC=200000
mount_source -o on_invalid=deny
heard() { grep -q "$1" "$work/heard"; }
until_holds 'it is ready' heard "^READY=1 STATUS=serving at $mnt\$"
beats() { [ "$(grep -c '^WATCHDOG=1$' "$work/heard")" -ge "$1" ]; }
until_holds 'it is alive' beats 3

unmount
until_holds 'it ends' heard '^STOPPING=1$'
unset WATCHDOG_USEC
: >"$work/heard"
mount_source
until_holds 'ready' heard '^READY=1'
unmount
fails 'no watchdog was asked for' heard WATCHDOG
kill "$listener"
unset NOTIFY_SOCKET

# The helper, with the arguments that mount(8) gives.
ln -s "$cfgfs" "$work/mount.fuse.cfgfs"
helper() { t "$work/mount.fuse.cfgfs" "$@" >"$work/out" 2>"$work/err"; }
away() { ! is_mounted "$mnt"; }
holds 'as from fstab' helper "$src" "$mnt" -o rw,nofail,on_invalid=deny,x-systemd.automount,user=joe
is 'it serves' "$(t cat "$mnt/a.json")" '{"v": 1}'
fails 'by its options' t cat "$mnt/b.json" 2>"$work/err"
holds 'it goes' t "$cfgfs" umount "$mnt"
holds 'a path with a comma' helper "$src" "$mnt" -n -s -o "rw,cache=$work/a\\,b"
holds 'its folder' test -d "$work/a,b"
holds 'it goes' t "$cfgfs" umount "$mnt"
holds 'fake' helper "$src" "$mnt" -f -v -o rw,level=fast
says 'what it would do' "cfgfs mount -o level=fast $src $mnt" "$work/err"
holds 'nothing is mounted' away
helper "$src"
is 'a wrong call' $? 1
helper "$src" "$mnt" -o on_invalid=no
is 'a wrong option' $? 32
helper "$work/none" "$mnt" -o rw
is 'no source' $? 32

# mount(8) itself, in a namespace where its folder of helpers is another.
command -v unshare >/dev/null || exit 0
unshare -Urm true 2>/dev/null || [ "$(id -u)" = 0 ] || exit 0
mkdir "$work/sbin"
ln -s "$cfgfs" "$work/sbin/mount.fuse.cfgfs"
echo "$src $mnt fuse.cfgfs noauto,on_invalid=lastgood,state=$work/state2 0 0" >"$work/fstab"
cat >"$work/inside.sh" <<'END'
set -e
mount --bind "$1/sbin" /sbin
mount -T "$1/fstab" "$1/mnt"
cat "$1/mnt/a.json"
cat "$1/mnt/b.json" 2>/dev/null || echo denied
umount "$1/mnt"
mount -t fuse.cfgfs -o virtual=visible "$1/src" "$1/mnt"
ls -A "$1/mnt"
umount "$1/mnt"
END
enter='unshare -m'
[ "$(id -u)" = 0 ] || enter='unshare -Urm'
t $enter sh "$work/inside.sh" "$work" >"$work/got" 2>"$work/err" ||
	fail "mount(8): $(cat "$work/err")"
is 'what mount(8) mounted' "$(cat "$work/got")" '{"v": 1}
denied
.cfgfs
.report
.status
a.json
b.json'
