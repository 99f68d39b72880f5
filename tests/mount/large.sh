#!/bin/sh
# Files beyond max_size and of no known format are served without a look;
# files that change while they are read harm nobody.
. "$(dirname "$0")/lib.sh"
printf '[%05000d' 0 >"$src/large.json"
printf '[1]' >"$src/small.json"
head -c 5000000 /dev/urandom >"$src/data.bin"
printf '\0\0\0' >"$src/nul.json"
: >"$src/growing.json"
mount_source -o max_size=1K,wait=0
state() { t sed -n "s/^$2 //p" "$mnt/$1.status"; }
holds 'a large file' t cmp "$src/large.json" "$mnt/large.json"
holds 'a binary file' t cmp "$src/data.bin" "$mnt/data.bin"
holds 'a file of NULs' t cmp "$src/nul.json" "$mnt/nul.json"
t cat "$mnt/small.json" "$mnt/.report" >/dev/null
is 'the large one is skipped' "$(state large.json state)" skipped
holds 'and it is said why' t grep -q '^reason .*max_size' "$mnt/large.json.status"
is 'the binary one is skipped' "$(state data.bin state)" skipped
is 'NULs in a known format' "$(state nul.json state)" invalid
is 'the small one' "$(state small.json state)" valid
unmount

mount_source
(i=0; while [ $i -lt 400 ]; do
	printf '{"n": "%0200d"}\n' $i >>"$src/growing.json"
	i=$((i + 1))
done) &
writer=$!
while is_alive $writer; do
	t cat "$mnt/growing.json" >"$work/seen"
	cmp -n "$(wc -c <"$work/seen")" "$work/seen" "$src/growing.json" ||
		fail 'something else than the beginning of a growing file'
done
wait $writer
holds 'when it has ended' t cmp "$src/growing.json" "$mnt/growing.json"

# Cut while it is being read.
(i=0; while [ $i -lt 100 ]; do
	cp "$src/data.bin" "$src/cut.json"; : >"$src/cut.json"
	i=$((i + 1))
done) &
writer=$!
while is_alive $writer; do
	timeout -s KILL 30 cat "$mnt/cut.json" >/dev/null 2>&1
	is 'cat of a file that is cut' "$([ $? -lt 124 ] && echo ends)" ends
done
wait $writer
is 'when it is empty' "$(t wc -c <"$mnt/cut.json")" 0
unmount

# A broken configuration is told, and the mount comes up.
printf 'ignore: [\n' >"$src/.cfgfs.yaml"
mount_source
holds 'the place is told' grep -q '^cfgfs: \.cfgfs\.yaml:[0-9]*:[0-9]*: error: ' "$work/err"
is 'its state' "$(status config)" invalid
holds 'files are served' t cmp "$src/small.json" "$mnt/small.json"
unmount
