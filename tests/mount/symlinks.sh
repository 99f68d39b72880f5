#!/bin/sh
# Links are shown, absolute ones into the source stay in the mount.
. "$(dirname "$0")/lib.sh"
mkdir -p "$src/d/e" "$work/away"
echo '{"in": 1}' >"$src/in.json"
echo 'secret' >"$work/away/out.txt"
ln -s in.json "$src/near"
ln -s ../../in.json "$src/d/e/up"
ln -s "$src/in.json" "$src/d/e/absolute"
ln -s "$src" "$src/d/root"
ln -s "$src/" "$src/self"
ln -s "$src/d/../in.json" "$src/dots"
ln -s "$src-not/in.json" "$src/like"
ln -s "$work/away/out.txt" "$src/out"
ln -s nowhere "$src/dangling"
ln -s loop "$src/loop"
ln -s "$src" "$work/alias"
mount_source
link() { t readlink "$mnt/$1"; }
is 'relative' "$(link near)" in.json
is 'relative, upwards' "$(link d/e/up)" ../../in.json
is 'absolute into the source' "$(link d/e/absolute)" ../../in.json
is 'to the root' "$(link d/root)" ..
is 'to the root from the root' "$(link self)" .
is 'with dots it stays' "$(link dots)" "$src/d/../in.json"
is 'a longer name is elsewhere' "$(link like)" "$src-not/in.json"
is 'out of the tree' "$(link out)" "$work/away/out.txt"
for name in near d/e/up d/e/absolute self/near d/root/near; do
	is "$name leads there" "$(t cat "$mnt/$name")" '{"in": 1}'
done
is 'the kernel, not the daemon, follows the way out' "$(t cat "$mnt/out")" secret
fails 'dangling' t test -e "$mnt/dangling"
holds 'dangling is there' t test -L "$mnt/dangling"
is 'a loop' "$(t cat "$mnt/loop" 2>&1 | sed 's/.*: //')" \
	'Too many levels of symbolic links'
is 'the size is that of the target' "$(t stat -c %s "$mnt/d/e/absolute")" 13
holds 'a report over links ends' sh -c "timeout -s KILL 30 cat '$mnt/.report' >/dev/null"
fails 'a report tells no secrets' t grep -q secret "$mnt/.report"
fails 'a link has no status' t test -e "$mnt/near.status"

# A folder that becomes a link on the way leads nowhere out.
mkdir "$src/swap" && echo '{}' >"$src/swap/out.txt"
holds 'before the swap' t test -f "$mnt/swap/out.txt"
mv "$src/swap" "$src/swap.old" && ln -s "$work/away" "$src/swap"
is 'a link now' "$(t stat -c %F "$mnt/swap")" 'symbolic link'
unmount

# The source named by a link.
real=$src
src=$work/alias
ln -s "$work/alias/in.json" "$real/by-alias"
mount_source
is 'absolute by the name that was given' "$(link by-alias)" in.json
is 'absolute by the real name' "$(link d/e/absolute)" ../../in.json
unmount
