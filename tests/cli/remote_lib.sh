# What tests of the shared tier start with: machines that share nothing but a
# server.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/../redis.sh"

# machine NAME: from now on commands are those of a machine with this cache.
machine() { export XDG_CACHE_HOME="$work/machine-$1"; }

# hits TIER: of all runs on this machine.
hits() {
	"$cfgfs" cache stats | sed -n "s/^hits.$1 //p"
}

# findings FILE: what a check has found, without how long it took.
findings() { sed -E '$ s/ \([0-9]+ from the cache.*//' "$1"; }

# checks WHAT: check says what it says without a server.
checks() {
	run "$1" "$clean_status" check "$src"
	findings "$work/out" >"$work/found"
	cmp -s "$work/clean" "$work/found" || {
		diff "$work/clean" "$work/found" >&2
		fail "$1: another answer than without a server"
	}
}

# fill_clean: what check says of $src without any cache.
fill_clean() {
	clean_status=$(CFGFS_REMOTE=off "$cfgfs" check --no-cache "$src" >"$work/plain"; echo $?)
	findings "$work/plain" >"$work/clean"
}
