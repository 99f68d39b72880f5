#!/bin/sh
# mount.sh BUILD_DIR: open+read+close, stat and grep -r of 2,000 files of 2 KB
# natively, through cfgfs and through bindfs (if it is installed), in one run.
set -eu
tools=$1/tools
bench=$1/tests
[ -w /dev/fuse ] || { echo "no FUSE here"; exit 77; }
rounds=${CFGFS_BENCH_ROUNDS:-15}
place=$(mktemp -d)
cleanup() {
	for name in cfgfs bindfs; do
		mountpoint -q "$place/$name" && umount -l "$place/$name"
	done
	rm -rf "$place"
}
trap cleanup EXIT
mkdir "$place/native" "$place/cfgfs" "$place/bindfs"
"$bench/make_tree" "$place/native" 2000
others=
XDG_CACHE_HOME="$place/cache" timeout -s KILL 60 \
	"$tools/cfgfs" mount "$place/native" "$place/cfgfs" >/dev/null
others=cfgfs
if command -v bindfs >/dev/null; then
	bindfs -r "$place/native" "$place/bindfs"
	others="$others bindfs"
else
	echo "bindfs is not installed: no peer to compare with"
fi
cd "$place"
echo "first read of everything (validates): $("$bench/cost" cat cfgfs/*/*.yaml | cut -d' ' -f2) s"
echo "open+read+close, median of $rounds rounds"
timeout -s KILL 600 "$bench/open_read" "$rounds" native $others
for what in 'grep -rc zone' 'find -type f -newer /'; do
	echo "$what"
	for round in 1 2 3 4 5 6 7; do
		for name in native $others; do
			case $what in
			grep*) set -- grep -rc zone "$name" ;;
			*) set -- find "$name" -type f -newer / ;;
			esac
			echo "$name $("$bench/cost" "$@" | cut -d' ' -f2)"
		done
	done | sort -k1,1 -k2,2n | awk '
		{v[$1] = v[$1] " " $2}
		END {
			split(v["native"], n, " ")
			for (name in v) {
				split(v[name], t, " ")
				printf "  %-10s %8.2f ms %8.2f x\n", name, t[4] * 1e3, t[4] / n[4]
			}
		}' | sort -k4,4n
done
