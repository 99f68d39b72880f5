#!/bin/sh
# readers.sh BUILD_DIR: MB/s of every reader of ours beside the libraries that
# people would take instead, on the same files, in one run: medians of
# CFGFS_BENCH_ROUNDS (3) rounds of one CPU second each, and ratios. CPU time.
# YAML, JSON and TOML are real files (CFGFS_SUITES); there are no public sets of
# the others, so those are generated as people write them. Never fails for
# being slow.
set -eu
top=$(cd "$(dirname "$0")/../.." && pwd)
bench=$1/tests
suites=${CFGFS_SUITES:-$top/../shared/suites}
rounds=${CFGFS_BENCH_ROUNDS:-3}
[ -d "$suites/schemastore" ] || {
	echo "CFGFS_SUITES is not there: $suites"
	exit 77
}
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
find "$suites/schemastore/test" -name '*.y*ml' >"$place/yaml"
find "$suites/schemastore/test" -name '*.json' >"$place/json"
{
	find "$suites/schemastore/test" -name '*.toml'
	sed -n 's|^valid/.*toml$|'"$suites/toml/tests"'/&|p' "$suites/toml/tests/files-toml-1.1.0"
} >"$place/toml"

# make FORMAT AWK: 100 files of some KB, by a program that prints entry i of j.
make() {
	mkdir "$place/files.$1"
	awk -v place="$place/files.$1" 'BEGIN {
		for (j = 0; j < 100; j++) {
			file = place "/" j
			'"$2"'
			close(file)
		}
	}'
	find "$place/files.$1" -type f >"$place/$1"
}
make ini 'for (i = 0; i < 40; i++) {
	printf "; settings of service %d\n[service %d]\n", i, i + j >file
	printf "host = node%d.example.org\nport = %d\n", i, 8000 + i >file
	printf "path=/srv/data/%d/%d\nenabled = true ; for now\n\n", j, i >file
}'
make env 'for (i = 0; i < 100; i++)
	printf "# service %d\nexport SERVICE_%d_URL=\"https://n%d.example.org:%d/\"\nLEVEL_%d=info\n", i, i, i, 8000 + j, i >file'
make properties 'for (i = 0; i < 100; i++)
	printf "# service %d\nservice.%d.url=https\\://n%d.example.org/%d\nservice.%d.level = info\n", i, i, i, j, i >file'
make xml 'printf "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<services>\n" >file
for (i = 0; i < 60; i++)
	printf "  <!-- number %d -->\n  <service id=\"s%d\" port=\"%d\">\n    <host>node%d.example.org</host>\n    <enabled>true</enabled>\n  </service>\n", i, i, 8000 + j, i >file
printf "</services>\n" >file'

# time_reader FORMAT NAME PROGRAM...: add "FORMAT NAME MB/s" to the results.
time_reader() {
	_key="$1	$2"
	_names=$place/$1
	shift 2
	xargs -x -s 1000000 -d '\n' "$@" <"$_names" |
		awk -v key="$_key" 'NR == 1 {print key "\t" $2}' >>"$place/results"
}

# peer FORMAT NAME PACKAGE: the same for a library, if this build has it.
peer() {
	[ -x "$bench/bench_peer_$3" ] || return 0
	time_reader "$1" "$2" "$bench/bench_peer_$3"
}

round=0
while [ "$round" -lt "$rounds" ]; do
	for format in yaml json toml ini env properties xml; do
		[ $format != xml ] || [ -x "$bench/bench_peer_expat" ] || continue
		time_reader $format cfgfs "$bench/bench_read" $format
	done
	peer yaml libyaml yaml-0.1
	peer json json-c json-c
	peer json jansson jansson
	peer ini inih inih
	peer xml expat expat
	round=$((round + 1))
done
echo "MB/s of CPU time, median of $rounds rounds; x: ours by the peer"
sort -t '	' -k1,1 -k2,2 -k3,3n "$place/results" | awk -F '\t' '
	{key = $1 "\t" $2; v[key, ++n[key]] = $3}
	END {
		for (key in n)
			median[key] = v[key, int((n[key] + 1) / 2)]
		for (key in median) {
			split(key, part, "\t")
			ours = median[part[1] "\tcfgfs"]
			if (part[2] == "cfgfs")
				printf "%-12s %-10s %8.1f MB/s\n", part[1], "cfgfs", ours
			else
				printf "%-12s %-10s %8.1f MB/s %6.2f x\n", part[1], part[2], median[key], ours / median[key]
		}
	}' | sort
