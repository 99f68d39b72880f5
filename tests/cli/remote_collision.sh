#!/bin/sh
# Two contents that share one XXH3-128, one of them valid: through the shared
# tier too each keeps its own verdict, whichever comes first.
. "$(dirname "$0")/remote_lib.sh"
pair=${CFGFS_SUITES:-}/collision
[ -e "$pair/A.yaml" ] || { echo 'no CFGFS_SUITES: skipped'; exit 77; }
is_built
start_redis

# one MACHINE NAME STATUS TIER: judged alone, and where it came from.
one() {
	machine "$1"
	rm -f "$src"/*
	cp "$pair/$2.yaml" "$src/f.yaml"
	run "$2 on $1" "$3" check "$src"
	is "$2 on $1: from the server" "$(hits remote)" "$4"
}
one first A 0 0
one second B 1 0
one third A 0 1
one fourth B 1 1
redis flushall >/dev/null
one fifth B 1 0
one sixth A 0 0
one seventh B 1 1
one eighth A 0 1
is 'two entries' "$(redis dbsize)" 2
exit 0
