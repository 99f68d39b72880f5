#!/bin/sh
# `cfgfs upgrade` replaces the program of a mount; readers notice nothing.
. "$(dirname "$0")/lib.sh"
load=${LOAD:?}
value() { sed -n "s/^$1 //p" "$work/load"; }
original=$cfgfs
cp "$original" "$work/cfgfs"
cfgfs=$work/cfgfs

# install FILE: put another program at the place, as packages do.
install_program() { cp "$1" "$work/new" && chmod 755 "$work/new" && mv "$work/new" "$work/cfgfs"; }
upgrade() { t "$original" upgrade "$mnt" 2>"$work/said"; }

echo '{"a": 1}' >"$src/a.json"
awk 'BEGIN { for (i = 0; i < 40000; i++) print "# line " i }' >"$src/long.yaml"
cp "$src/long.yaml" "$work/long"
mount_source
exec 3<"$mnt/long.yaml"
dd bs=4096 count=1 <&3 >"$work/part" 2>/dev/null

# Under load.
"$load" "$src" "$mnt" 0 2 >"$work/load" &
reader=$!
for i in 1 2 3 4 5; do
	install_program "$original"
	upgrade || fail "upgrade $i: $(cat "$work/said")"
done
wait $reader || fail "load: $(cat "$work/load")"
is 'restarts' "$(status worker.restarts)" 5
holds 'it is another process image' \
	sh -c "tr '\\0' ' ' <'/proc/$daemon/cmdline' | grep -q '^cfgfs resume '"
echo "5 upgrades under load: longest pause $(value longest_ms) ms, $(value reads) reads"

# What was open stays open.
echo '{"other": 1}' >"$src/new" && mv "$src/new" "$src/long.yaml"
install_program "$original"
upgrade || fail "upgrade: $(cat "$work/said")"
cat <&3 >>"$work/part" || fail 'read after an upgrade'
exec 3<&-
holds 'the file that was opened' cmp "$work/part" "$work/long"
is 'the file that is there' "$(t cat "$mnt/long.yaml")" '{"other": 1}'

# A program that cannot take over does not get the mount.
printf '#!/bin/sh\necho "cannot do that" >&2\nexit 1\n' >"$work/bad"
install_program "$work/bad"
upgrade
is 'another program: exit status' $? 2
says 'what it said' 'cannot do that' "$work/said"
rm "$work/cfgfs"
upgrade
is 'no program: exit status' $? 2
says 'which one' 'cannot run' "$work/said"
is 'the old one serves' "$(t cat "$mnt/a.json")" '{"a": 1}'
is 'nobody was replaced' "$(status worker.restarts)" 6

# It may be killed as before, and is the one that umount waits for.
install_program "$original"
kill_worker
is 'a kill after upgrades' "$(t cat "$mnt/a.json")" '{"a": 1}'
if [ "$(id -u)" = 0 ] && command -v setpriv >/dev/null; then
	chmod 755 "$work"
	t setpriv --reuid=65534 --regid=65534 --clear-groups \
		"$original" upgrade "$mnt" 2>"$work/said"
	is 'somebody else: exit status' $? 2
	says 'somebody else' 'by another user' "$work/said"
fi
unmount
t "$original" upgrade "$mnt" 2>"$work/said"
is 'nothing there: exit status' $? 2
says 'nothing there' 'nothing is mounted' "$work/said"

# A daemon that was started by names from its directory.
cd "$work" || exit 1
t ./cfgfs mount -o cache=here,wait=10ms src mnt >"$work/out" || fail 'mount in the background'
is 'before' "$(t cat "$mnt/a.json")" '{"a": 1}'
upgrade || fail "upgrade: $(cat "$work/said")"
is 'after' "$(t cat "$mnt/a.json")" '{"a": 1}'
is 'the same cache' "$(ls -d "$work"/here*)" "$work/here"
t "$cfgfs" umount "$mnt" || fail 'umount'
fails 'gone' is_mounted "$mnt"
