#!/bin/sh
# Sources of other kinds, and mounts by those who are not root.
. "$(dirname "$0")/lib.sh"
export XDG_STATE_HOME="$work/state"
echo 'v: 1' >"$src/a.yaml"
echo 'v: [' >"$src/b.yaml"

cat >"$work/inside.sh" <<'END'
# PROGRAM SOURCE MOUNTPOINT STATE: mount, look, break, look, unmount.
set -e
"$1" mount -o "on_invalid=lastgood,state=$4" "$2" "$3" >/dev/null
cat "$3/a.yaml"
cat "$3/b.yaml" 2>/dev/null || echo denied
echo 'v: [' >"$2/a.yaml"
cat "$3/a.yaml"
echo 'v: 1' >"$2/a.yaml"
[ ! -d "$2/deep" ] || cat "$3/deep/c.yaml"
"$1" umount "$3"
END
wanted='v: 1
denied
v: 1'

# looks WHAT WANTED COMMAND...: what a private namespace makes of it.
looks() {
	_what=$1
	_wanted=$2
	shift 2
	t "$@" >"$work/got" 2>"$work/err" || fail "$_what"
	is "$_what" "$(cat "$work/got")" "$_wanted"
}

# As nobody in particular: a user namespace of one's own.
if unshare -Urm true 2>/dev/null; then
	looks 'in a user namespace' "$wanted" unshare -Urm \
		sh "$work/inside.sh" "$cfgfs" "$src" "$mnt" "$work/own"
fi
[ "$(id -u)" = 0 ] || exit 0

# As a user, by fusermount3, with a device that users may open.
if command -v setpriv >/dev/null && command -v fusermount3 >/dev/null; then
	cat >"$work/user.sh" <<'END'
set -e
mount --bind "$4.device" /dev/fuse
exec setpriv --reuid 65534 --regid 65534 --clear-groups sh "$0.inside" "$@"
END
	ln -s inside.sh "$work/user.sh.inside"
	chmod 755 "$work"
	mkdir "$work/user" "$work/user/src" "$work/user/mnt"
	cp "$src"/*.yaml "$work/user/src"
	chown -R 65534:65534 "$work/user"
	mknod "$work/user/state.device" c 10 229
	chmod 666 "$work/user/state.device"
	if setpriv --reuid 65534 --regid 65534 --clear-groups test -x "$cfgfs"; then
		looks 'by fusermount3' "$wanted" env XDG_CACHE_HOME="$work/user/cache" \
			unshare -m sh "$work/user.sh" "$cfgfs" "$work/user/src" \
			"$work/user/mnt" "$work/user/state"
	fi
fi

# On tmpfs, with another filesystem below it; on overlayfs; on xfs.
cat >"$work/tmpfs.sh" <<'END'
set -e
mount -t tmpfs none "$2"
mkdir "$2/deep"
mount -t tmpfs none "$2/deep"
echo 'v: 1' >"$2/a.yaml"
echo 'v: [' >"$2/b.yaml"
echo 'c: 1' >"$2/deep/c.yaml"
. "$0.inside"
END
cat >"$work/overlay.sh" <<'END'
set -e
mount -t tmpfs none "$4"
mkdir "$4/upper" "$4/work" "$4/state"
mount -t overlay -o "lowerdir=$2,upperdir=$4/upper,workdir=$4/work" none "$2" || exit 77
set -- "$1" "$2" "$3" "$4/state"
. "$0.inside"
END
cat >"$work/xfs.sh" <<'END'
set -e
truncate -s 320M "$4.image"
mkfs.xfs -q "$4.image" || exit 77
mount -o loop "$4.image" "$2" || exit 77
echo 'v: 1' >"$2/a.yaml"
echo 'v: [' >"$2/b.yaml"
. "$0.inside"
umount "$2"
END
for kind in tmpfs overlay xfs; do
	ln -s inside.sh "$work/$kind.sh.inside"
	mkdir "$work/$kind"
	more=
	[ $kind != tmpfs ] || more='
c: 1'
	t unshare -m sh "$work/$kind.sh" "$cfgfs" "$src" "$mnt" "$work/$kind" \
		>"$work/got" 2>"$work/err"
	status=$?
	[ $status != 77 ] || continue
	is "on $kind: exit status" $status 0
	is "on $kind" "$(cat "$work/got")" "$wanted$more"
done
