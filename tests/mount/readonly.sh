#!/bin/sh
# Nothing that is tried through the mount changes the source.
. "$(dirname "$0")/lib.sh"
mkdir "$src/folder"
echo '{}' >"$src/file.json"
ln -s file.json "$src/link"
# Names, kinds, modes, owners, times and contents of the source.
state() { (cd "$src" && find . -printf '%p %y %m %U %G %T@ %C@ %l\n' | sort &&
	cat file.json) | cksum; }
before=$(state)
mount_source -o coherence=strict
holds 'each call gives EROFS' t "$helper" refuse "$mnt" "$mnt/file.json" \
	"$mnt/folder" "$mnt/link"
is 'a shell that writes' \
	"$( (t sh -c "echo x >'$mnt/file.json'") 2>&1 | sed 's/.*: //')" \
	'Read-only file system'

# The kernel refuses all that by itself; our own answers are seen only when
# somebody makes the mount writable.
if [ "$(id -u)" = 0 ] && mount -i -o remount,rw "$mnt" 2>/dev/null; then
	holds 'each call gives EROFS when mounted rw' t "$helper" refuse \
		"$mnt" "$mnt/file.json" "$mnt/folder" "$mnt/link"
	holds 'reading goes on' t cmp "$src/file.json" "$mnt/file.json"
fi
is 'the source is as it was' "$(state)" "$before"
unmount

# Where the kernel opens without asking, what is written is refused.
mount_source -o coherence=fast
holds 'each call gives EROFS, fast' t "$helper" refuse "$mnt" \
	"$mnt/file.json" "$mnt/folder" "$mnt/link"
if [ "$(id -u)" = 0 ] && mount -i -o remount,rw "$mnt" 2>/dev/null; then
	fails 'writing when mounted rw, fast' t sh -c "echo x >>'$mnt/file.json' 2>/dev/null"
	fails 'truncating' t sh -c ": >'$mnt/file.json' 2>/dev/null"
	holds 'reading goes on, fast' t cmp "$src/file.json" "$mnt/file.json"
fi
unmount
is 'the source is as it was afterwards' "$(state)" "$before"
