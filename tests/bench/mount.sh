#!/bin/sh
# mount.sh BUILD_DIR: 2,000 files of 2 KB read, listed and searched natively,
# through cfgfs (fast and strict) and through peers, as far as these are
# installed, in one run; then a large file, a large folder, and how long an edit
# takes to be seen.
set -eu
tools=$1/tools
bench=$1/tests
[ -w /dev/fuse ] || { echo "no FUSE here"; exit 77; }
rounds=${CFGFS_BENCH_ROUNDS:-15}
place=$(mktemp -d)
export XDG_CACHE_HOME="$place/cache"
cleanup() {
	for name in fast strict bindfs passthrough; do
		mountpoint -q "$place/$name" && umount -l "$place/$name"
	done
	rm -rf "$place"
}
trap cleanup EXIT
cd "$place"
mkdir native fast strict
"$bench/make_tree" native 2000
seq 10000 | sed 's|.*|native/many/&.yaml|' >names
mkdir native/many
xargs touch <names
head -c 256M /dev/zero >native/large.bin

# serve NAME OPTION...: a mount with a cache of its own.
serve() {
	_name=$1
	shift
	timeout -s KILL 60 "$tools/cfgfs" mount -o "cache=$place/cache-$_name" \
		"$@" native "$_name" >/dev/null
}
serve fast -o coherence=fast
serve strict -o coherence=strict
others='fast strict'
if command -v bindfs >/dev/null; then
	mkdir bindfs
	bindfs -r native bindfs
	others="$others bindfs"
else
	echo "bindfs is not installed: no peer to compare with"
fi
# The example of libfuse that caches least is the one that is alike.
if command -v passthrough_ll >/dev/null; then
	mkdir passthrough
	passthrough_ll -o source="$place/native",cache=auto passthrough
	others="$others passthrough"
fi
echo "first read of everything (fast; validates): $("$bench/cost" sh -c 'cat fast/[0-9]*/*.yaml' | cut -d' ' -f2) s"

# The small files first.
mkdir away
mv native/many native/large.bin away/
for threads in 1 2; do
	echo "open+read+close, $threads at a time, median of $rounds rounds"
	timeout -s KILL 600 "$bench/open_read" read "$rounds" $threads native $others
done
echo "stat, median of $rounds rounds"
timeout -s KILL 600 "$bench/open_read" stat "$rounds" 1 native $others

# compare WHAT COMMAND...: in each tree in turn, `@` standing for it.
compare() {
	echo "$1"
	shift
	for round in 1 2 3 4 5 6 7; do
		for name in native $others; do
			echo "$name $("$bench/cost" sh -c "$(echo "$*" | sed "s|@|$name|g")" | cut -d' ' -f2)"
		done
	done | sort -k1,1 -k2,2n | awk '
		{v[$1] = v[$1] " " $2}
		END {
			split(v["native"], n, " ")
			for (name in v) {
				split(v[name], t, " ")
				printf "  %-12s %8.2f ms %8.2f x\n", name, t[4] * 1e3, t[4] / n[4]
			}
		}' | sort -k4,4n
}
compare 'grep -r' 'exec grep -rc zone @'
compare 'find -newer (stat)' 'exec find @ -type f -newer /'
mv away/many away/large.bin native/
compare '256 MB, read once more' 'exec cat @/large.bin'
compare 'a folder of 10,000 files, ls' 'exec ls -U @/many'
compare 'the same, ls -l' 'exec ls -lU @/many'
echo "how long an edit takes to be seen"
for name in fast strict; do
	timeout -s KILL 100 "$bench/stale" native $name 2000
done
