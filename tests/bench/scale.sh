#!/bin/sh
# scale.sh BUILD_DIR: a large tree (CFGFS_BENCH_FILES, 20,000 unless set; up to
# 1,000,000 were measured): time to mount, memory, cold files a second, the
# latency of .status, and a listing of 10,000 names beside the native one.
set -eu
tools=$1/tools
bench=$1/tests
[ -w /dev/fuse ] || { echo "no FUSE here"; exit 77; }
files=${CFGFS_BENCH_FILES:-20000}
place=$(mktemp -d)
mnt=$place/mnt
daemon=
cleanup() {
	mountpoint -q "$mnt" && umount -l "$mnt"
	rm -rf "$place"
}
trap cleanup EXIT
mkdir "$place/src" "$mnt" "$place/src/long"
"$bench/make_tree" "$place/src" "$files"
(cd "$place/src/long" && seq -f '%.0f.txt' 10000 | xargs touch)
export XDG_CACHE_HOME="$place/cache"

find_daemon() {
	daemon=$(pgrep -f "$place/src" | while read -r pid; do
		grep -qs worker "/proc/$pid/comm" && echo "$pid"
	done)
}

wall() { "$bench/cost" "$@" | cut -d' ' -f2; }
field() { sed -n "s/^$1:[^0-9]*\([0-9]*\) kB/\1/p" "/proc/$daemon/status"; }
memory() {
	# Pages of files are the kernel's to take back.
	echo "  memory: $((($(field RssAnon) + $(field RssShmem)) / 1024)) MiB, and $(($(field RssFile) / 1024)) MiB of mapped files"
}
value() { sed -n "s/^$1 //p" "$mnt/.status"; }

echo "$files files and 10,000 names in one directory; two times each"
echo "mounted in $(wall "$tools/cfgfs" mount "$place/src" "$mnt") s"
find_daemon
start=$(date +%s%N)
until [ "$(value scan)" = complete ]; do sleep 0.02; done
echo "scanned $((($(date +%s%N) - start) / 1000000)) ms later, coherence $(value coherence)"
memory
for what in one two; do
	echo ".status, $what, nothing judged: $("$bench/read_file" 1000 "$mnt/.status")"
done
seconds=$(wall cat "$mnt/.report")
echo "first .report: $seconds s, $(echo "($files + 10000) / $seconds" | bc) files/s"
memory
echo "again: $(wall cat "$mnt/.report") s; states: $(value valid) valid, $(value skipped) skipped, $(value unchecked) unchecked"
memory
for what in one two; do
	echo ".status, $what, all judged: $("$bench/read_file" 1000 "$mnt/.status")"
done
i=0
while [ $i -lt 5 ]; do
	echo "10,000 names: native $(wall ls -f "$place/src/long") s, mount $(wall ls -f "$mnt/long") s"
	i=$((i + 1))
done
first=$(wall find "$mnt" -type f -name '*.yaml' -exec cat {} +)
echo "read all through the mount: $first s, $(echo "$files / $first" | bc) files/s (judged before)"
memory
umount "$mnt"
rm -rf "$place/cache"
"$tools/cfgfs" mount "$place/src" "$mnt" >"$place/out"
find_daemon
first=$(wall find "$mnt" -type f -name '*.yaml' -exec cat {} +)
echo "read all, nothing judged before: $first s, $(echo "$files / $first" | bc) files/s"
memory
echo "states: $(value valid) valid, $(value unchecked) unchecked"
