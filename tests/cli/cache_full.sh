#!/bin/sh
# A disk of any size for the cache, too small or read-only: the answer is the
# same, nothing dies, and where there is room again the cache is used.
. "$(dirname "$0")/lib.sh"
cp -R "${EXAMPLES:?}/." "$src"
run 'without' 1 check --no-cache -f concise "$src"
cp "$work/out" "$work/wanted"
disk=$work/disk
mkdir "$disk"
mount -t tmpfs -o size=4k,mode=700 none "$disk" 2>/dev/null || {
	echo 'no file system can be mounted here'
	exit 77
}
umount "$disk"
clean_up() {
	while grep -q " $disk " /proc/self/mountinfo; do umount -l "$disk"; done
	rm -rf "$work"
}
# same WHAT: check with the cache on that disk.
same() {
	run "$1" 1 check -f concise --cache "$disk/cfgfs" "$src"
	cmp -s "$work/out" "$work/wanted" || fail "$1: another answer"
}
size=4
while [ $size -le 400 ]; do
	mount -t tmpfs -o size=${size}k,mode=700 none "$disk" || fail 'mount'
	same "$size KiB"
	same "$size KiB, again"
	# Filled up while there is a store: writes fail, also those to the
	# memory that the library shares with others.
	rm -f "$disk/cfgfs/lock.mdb"
	head -c 1000000 /dev/zero >"$disk/ballast" 2>/dev/null
	same "$size KiB, full"
	for action in stats verify gc clear; do
		timeout -s KILL 60 "$cfgfs" cache $action --cache "$disk/cfgfs" \
			>"$work/out" 2>"$work/err"
		[ $? -le 2 ] || fail "$size KiB, full: $action died"
	done
	rm -f "$disk/ballast"
	mount -o remount,size=4m "$disk" || fail 'remount'
	same "$size KiB, with room again"
	run 'explain' 0 explain --cache "$disk/cfgfs" "$src/web/admin.yaml"
	says "$size KiB: the cache is used again" 'cached *yes' "$work/out"
	mount -o remount,ro "$disk" || fail 'remount'
	same "$size KiB, read-only"
	umount "$disk" || fail 'umount'
	size=$((size + (size < 100 ? 12 : 60)))
done
exit 0
