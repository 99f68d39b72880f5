#!/bin/sh
# work.sh BUILD_DIR: who waits for whom. How a cold check scales with workers;
# what reading a tenth of a tree costs beside all of it; the latency of reads
# through the mount beside a report of 10,000 files and without it, of one
# reader and of 50; blocks of memory a verdict. Prints medians and ratios;
# never fails for being slow.
set -eu
tools=$1/tools
bench=$1/tests
files=${CFGFS_BENCH_FILES:-10000}
rounds=${CFGFS_BENCH_ROUNDS:-5}
seconds=${CFGFS_BENCH_SECONDS:-10}
place=$(mktemp -d)
mnt=$place/mnt
cleanup() {
	! mountpoint -q "$mnt" || umount -l "$mnt"
	rm -rf "$place"
}
trap cleanup EXIT
mkdir "$place/tree" "$place/hot" "$mnt"
"$bench/make_tree" "$place/tree" "$files"
mkdir "$place/tree/hot"
"$bench/make_tree" "$place/tree/hot" 200
export XDG_CACHE_HOME="$place/cache"

median() {
	sort -n | awk '{v[NR] = $1} END {print v[int((NR + 1) / 2)]}'
}

echo "cold check of $files files by workers, wall time, median of $rounds"
cores=$(nproc)
round=0
while [ $round -lt "$rounds" ]; do
	j=1
	while [ $j -le $((cores * 2)) ]; do
		"$bench/cost" "$tools/cfgfs" check -j$j --no-cache "$place/tree" |
			cut -d' ' -f2 >>"$place/j$j"
		j=$((j * 2))
	done
	round=$((round + 1))
done
j=1
while [ $j -le $((cores * 2)) ]; do
	paste -d' ' "$place/j1" "$place/j$j" | awk '{print $1 / $2}' | median |
		awk -v j=$j -v t="$(median <"$place/j$j")" \
			'{printf "  -j%-3d %8.3f s %6.2f x\n", j, t, $1}'
	j=$((j * 2))
done

echo "blocks of memory that are asked for (an object a node would be one a line and more)"
"$bench/allocations" "$place/tree/hot" | sed 's/^/  /'

[ -w /dev/fuse ] || { echo "no FUSE here: nothing about the mount"; exit 0; }

# mount_cold [OPTION...]: nothing is known.
mount_cold() {
	rm -rf "$place/cache"
	timeout -s KILL 60 "$tools/cfgfs" mount "$@" "$place/tree" "$mnt" >/dev/null
}
unmount() { timeout -s KILL 60 "$tools/cfgfs" umount "$mnt"; }

# Seconds of CPU of all that serves the mount.
cpu_of_mount() {
	for process in /proc/[0-9]*; do
		cat "$process/cmdline" 2>/dev/null | tr '\0' ' ' |
			grep -q " $mnt \$" || continue
		awk '{print $14 + $15}' "$process/stat" 2>/dev/null || :
	done | awk '{sum += $1} END {print sum / 100}'
}
read_share() {
	mount_cold
	before=$(cpu_of_mount)
	find "$mnt" -name '*.yaml' | awk -v n="$1" 'NR % n == 0' |
		timeout -s KILL 300 xargs cat >/dev/null
	after=$(cpu_of_mount)
	unmount
	echo "$before $after" | awk '{print $2 - $1}'
}
# What a reader of all does not have to do one file at a time.
validate_all() {
	mount_cold
	before=$(cpu_of_mount)
	timeout -s KILL 300 cat "$mnt/.report" >/dev/null
	after=$(cpu_of_mount)
	unmount
	echo "$before $after" | awk '{print $2 - $1}'
}
tenth=$(read_share 10)
whole=$(read_share 1)
report=$(validate_all)
echo "CPU of the mount: a tenth of the files read, all of them read, all of them reported"
echo "$tenth $whole $report" | awk '{
	printf "  %.2f s, %.2f s, %.2f s: the tenth costs %.2f of reading all, %.2f of reporting all\n",
		$1, $2, $3, $1 / $2, $1 / $3}'

row() {
	printf '  %-34s ' "$1"
	awk '{printf "%7d reads, success %.4f, p50 %6.0f us, p95 %6.0f us, p99 %6.0f us, longest %7.0f us\n", $1, $2, $3, $4, $5, $6}'
}
# latency READERS PAUSE_US COMMAND...: as long as the command runs.
latency() {
	readers=$1
	pause=$2
	shift 2
	"$@" >/dev/null 2>&1 &
	timeout -s KILL 600 "$bench/latency" "$readers" "$pause" $! "$mnt/hot"
	wait
}
# Reports one after the other, each of a mount that knows nothing, would be
# other mounts: the level is changed instead, and the store emptied.
report_again_and_again() {
	end=$(($(date +%s) + seconds))
	level=fast
	while [ "$(date +%s)" -lt $end ]; do
		cat "$mnt/.report"
		"$tools/cfgfs" cache clear
		"$tools/cfgfs" ctl "$mnt" level=$level
		[ $level = fast ] && level=standard || level=fast
	done
}
echo "reads of 200 files while nothing else happens, and while $files files are judged"
mount_cold -o coherence=strict
cat "$mnt"/hot/*/*.yaml >/dev/null
latency 1 1000 sleep "$seconds" | row 'one reader alone'
latency 1 1000 report_again_and_again | row 'one reader beside reports'
latency 50 20000 sleep "$seconds" | row '50 readers'
latency 50 20000 report_again_and_again | row '50 readers beside reports'
sed -n 's/^workers.yields /  places given up to readers: /p' "$mnt/.status"
unmount
