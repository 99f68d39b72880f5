#!/bin/sh
# Whatever the server does, the answer is the one without it, and once it has
# failed nobody asks it any more. How often is counted, not how long.
. "$(dirname "$0")/remote_lib.sh"
command -v python3 >/dev/null || { echo 'no python3: skipped'; exit 77; }
cp -R "${EXAMPLES:?}/." "$src"
mkdir "$src/many"
i=0
while [ $i -lt 200 ]; do
	echo "number: $i" >"$src/many/$i.yaml"
	i=$((i + 1))
done
is_built
python3 "$(dirname "$0")/redis_faults.py" "$socket" "$work/mode" "$work/log" &
servers="$servers $!"
echo good >"$work/mode"
: >"$work/log"
until_holds 'the server listens' [ -S "$socket" ]
fill_clean
machine good
checks 'a good server'
count=$(awk '$2 == "SET" { n += $3 } END { print n }' "$work/log")
is 'it has them all' "$count" 217
holds 'they were asked for in batches' [ "$(grep -c ' GET ' "$work/log")" -lt 40 ]
# One of them by who reaches the server; a few twice where the machine is so
# slow that what was asked for in vain is forgotten meanwhile.
asked=$(awk '$2 == "GET" { n += $3 } END { print n }' "$work/log")
[ "$asked" -ge 218 ] && [ "$asked" -lt 300 ] || fail "each once: $asked"

# with MODE: a machine that knows nothing, and a server of that kind.
machines=0
with() {
	machines=$((machines + 1))
	machine $machines
	echo "$1" >"$work/mode"
	: >"$work/log"
	checks "$1"
	echo good >"$work/mode"
}
# asked: how often look-ups were sent to the server.
asked() { grep -c ' GET ' "$work/log"; }

with good
is 'all come from the server' "$(hits remote)" 217
holds 'in few exchanges' [ "$(asked)" -lt 40 ]

# It lies: each entry is a miss, and it is asked on.
for mode in forged cut swapped empty listed; do
	with "$mode"
	is "$mode: nothing counts" "$(hits remote)" 0
	run "$mode" 1 status "$src"
done
# And what it lied about is mended.
with forged
with good

# It fails: after that it is left alone. At most each worker, the keeper and a
# flush have one question under way.
export CFGFS_REMOTE_CONNECT=5s
for mode in garbage http list double bool number deep minus long closing denied; do
	with "$mode"
	is "$mode: nothing counts" "$(hits remote)" 0
	holds "$mode: it is left alone" [ "$(asked)" -lt 20 ]
	says "$mode: it is told" 'shared cache is not used' "$work/err"
done
# Which does not go on for as long as it likes to send.
CFGFS_REMOTE_CONNECT=30s with flood
says 'it is cut short' 'as a Redis server does' "$work/err"
# It takes its time: the deadline is what ends it.
export CFGFS_REMOTE_CONNECT=50ms CFGFS_REMOTE_ANSWER=50ms
for mode in hung slow40 slow200 drip; do
	with "$mode"
	holds "$mode: it is left alone" [ "$(asked)" -lt 20 ]
done
export CFGFS_REMOTE_CONNECT=30s CFGFS_REMOTE_ANSWER=30s

# It is full: it still gives what it has.
with full
is 'a full one gives' "$(hits remote)" 217
echo 'new: true' >"$src/many/new.yaml"
fill_clean
with full
says 'but takes nothing' 'takes no entries: OOM' "$work/err"
with good
is 'as is seen' "$(hits remote)" 217
exit 0
