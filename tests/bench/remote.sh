#!/bin/sh
# remote.sh BUILD_DIR: the shared tier. 10,000 verdicts fetched by a machine
# with an empty cache beside making them, what a server costs that does not
# answer, and a look-up over a kept connection beside new ones. Prints medians
# and ratios; never fails for being slow.
set -eu
tools=$1/tools
bench=$1/tests
files=${CFGFS_BENCH_FILES:-10000}
rounds=${CFGFS_BENCH_ROUNDS:-5}
server=$(command -v redis-server || command -v valkey-server ||
	command -v redis-check-rdb) && command -v redis-cli >/dev/null || {
	echo 'redis-server is not installed: skipped'
	exit 77
}
place=$(mktemp -d)
redis=
clean_up() {
	[ -z "$redis" ] || { kill "$redis"; wait "$redis" || :; }
	rm -rf "$place"
}
trap clean_up EXIT
mkdir "$place/tree"
"$bench/make_tree" "$place/tree" "$files"
(umask 077 && head -c 32 /dev/urandom >"$place/key")
ln -s "$server" "$place/redis-server"
"$place/redis-server" --port 0 --unixsocket "$place/socket" --save '' \
	--dir "$place" >/dev/null 2>&1 &
redis=$!
until redis-cli -s "$place/socket" ping >/dev/null 2>&1; do sleep 0.05; done
export CFGFS_REMOTE_KEY_FILE="$place/key" CFGFS_REMOTE_CONNECT=10s CFGFS_REMOTE_ANSWER=10s

median() {
	sort -n | awk '{v[NR] = $1} END {print v[int((NR + 1) / 2)]}'
}
# cost NAME REMOTE: one check by a machine with an empty cache.
cost() {
	rm -rf "$place/cache"
	CFGFS_REMOTE=$2 "$bench/cost" "$tools/cfgfs" check --cache "$place/cache" \
		"$place/tree" >>"$place/$1" 2>/dev/null
}
i=0
while [ $i -lt "$rounds" ]; do
	cost alone off
	redis-cli -s "$place/socket" flushall >/dev/null
	cost first "unix://$place/socket"
	cost second "unix://$place/socket"
	CFGFS_REMOTE_CONNECT=50ms cost nobody "unix://$place/nobody"
	i=$((i + 1))
done
held=$(redis-cli -s "$place/socket" dbsize)
row() {
	printf '%-40s cpu %.3f s  wall %.3f s\n' "$1" \
		"$(cut -d' ' -f1 "$place/$2" | median)" "$(cut -d' ' -f2 "$place/$2" | median)"
}
echo "$files files, $held verdicts on the server, median of $rounds"
row 'made, nothing shared' alone
row 'made, and given to the server' first
row 'fetched from the server' second
row 'made, and the server is not there' nobody
paste -d' ' "$place/second" "$place/alone" | awk '{print $2 / $5}' | median |
	awk '{printf "fetched / made (wall)                    %.2f x\n", $1}'
paste -d' ' "$place/second" "$place/alone" | awk '{print $1 / $4}' | median |
	awk '{printf "fetched / made (cpu)                     %.2f x\n", $1}'
paste -d' ' "$place/nobody" "$place/alone" | awk '{print $2 / $5}' | median |
	awk '{printf "not there / nothing shared (wall)        %.2f x\n", $1}'
"$bench/bench_remote" "$place/socket" | awk '{ us[$1] = $2
	printf "a look-up, connection %-18s %.2f us\n", $1, $2 }
	END { printf "kept / renewed                           %.2f x (%.0f %% less)\n",
		us["kept"] / us["renewed"], 100 - 100 * us["kept"] / us["renewed"] }'
