#!/bin/sh
# check.sh BUILD_DIR: cold and warm `cfgfs check` of 10,000 YAML files of 2 KB
# beside a loop that only feeds libyaml, the reader alone, and the cost of the
# profile. Prints medians and ratios; never fails for being slow.
set -eu
tools=$1/tools
bench=$1/tests
files=${CFGFS_BENCH_FILES:-10000}
rounds=${CFGFS_BENCH_ROUNDS:-5}
pairs=${CFGFS_BENCH_PAIRS:-20}
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
mkdir "$place/tree"
"$bench/make_tree" "$place/tree" "$files"
find "$place/tree" -type f >"$place/names"

# cost COMMAND...: "user+sys wall maxrss" in seconds, seconds, KiB.
cost() {
	"$bench/cost" "$@"
}

median() {
	sort -n | awk '{v[NR] = $1} END {print v[int((NR + 1) / 2)]}'
}

i=0
while [ $i -lt "$rounds" ]; do
	rm -rf "$place/cache"
	cost "$bench/yaml_events" <"$place/names" >>"$place/floor"
	cost find "$place/tree" -size +1G >>"$place/stats"
	cost "$tools/cfgfs" check -j1 --cache "$place/cache" "$place/tree" >>"$place/cold"
	cost "$tools/cfgfs" check -j1 --rehash --cache "$place/cache" "$place/tree" >>"$place/warm"
	cost "$tools/cfgfs" check -j1 --cache "$place/cache" "$place/tree" >>"$place/same"
	rm -rf "$place/cache"
	cost "$tools/cfgfs" check --cache "$place/cache" "$place/tree" >>"$place/cold2"
	cost "$tools/cfgfs" check --rehash --cache "$place/cache" "$place/tree" >>"$place/warm2"
	cost "$tools/cfgfs" check -j2 --cache "$place/cache" "$place/tree" >>"$place/same2"
	i=$((i + 1))
done
row() {
	printf '%-34s cpu %.3f s  wall %.3f s  memory %.1f MiB\n' "$1" \
		"$(cut -d' ' -f1 "$place/$2" | median)" \
		"$(cut -d' ' -f2 "$place/$2" | median)" \
		"$(cut -d' ' -f3 "$place/$2" | median | awk '{print $1 / 1024}')"
}
echo "$files YAML files of $(wc -c <"$(head -n 1 "$place/names")") bytes, median of $rounds"
row 'libyaml events only' floor
row 'find that only looks at sizes' stats
row 'check cold, one worker' cold
row 'check warm, one worker' warm
row 'unchanged, through the index, -j1' same
row 'check cold, all workers' cold2
row 'check warm, all workers' warm2
row 'unchanged, through the index, -j2' same2
paste -d' ' "$place/cold" "$place/floor" | awk '{print $1 / $4}' | median |
	awk '{printf "cold / libyaml events (cpu)    %.2f x\n", $1}'
paste -d' ' "$place/cold" "$place/warm" | awk '{print $1 / $4}' | median |
	awk '{printf "cold / warm (cpu)              %.1f x\n", $1}'
paste -d' ' "$place/cold" "$place/same" | awk '{print $1 / $4}' | median |
	awk '{printf "cold / unchanged (cpu)         %.1f x\n", $1}'
paste -d' ' "$place/same" "$place/stats" | awk '{print $1 / $4}' | median |
	awk '{printf "unchanged / find (cpu)         %.1f x\n", $1}'
# The readers alone, of the same files.
head -n 500 "$place/names" >"$place/some"
speed() {
	xargs "$@" <"$place/some" | awk 'NR == 1 {print $2}'
}
if [ -x "$bench/bench_peer_yaml-0.1" ]; then
	echo "$(speed "$bench/bench_read" yaml) $(speed "$bench/bench_peer_yaml-0.1")" |
		awk '{printf "reader of YAML                 %.0f MB/s, %.2f x libyaml events\n", $1, $2 / $1}'
fi

i=0
while [ $i -lt "$pairs" ]; do
	on=$(cost "$tools/cfgfs" check -j1 --no-cache "$place/tree" | cut -d' ' -f1)
	off=$(cost "$tools/cfgfs" check -j1 --no-cache --no-profile "$place/tree" | cut -d' ' -f1)
	echo "$on $off" >>"$place/profile"
	i=$((i + 1))
done
awk '{print $1 / $2}' "$place/profile" | median |
	awk -v n="$pairs" '{printf "profile on / off (cpu)         %.4f x (%d pairs)\n", $1, n}'
