# What tests of the shared tier start with: a key file, deadlines that a busy
# machine keeps, and servers that end with the test.
. "$(dirname "$0")/lib.sh"
servers=
clean_up() {
	for _server in $servers; do
		kill "$_server" 2>/dev/null
		wait "$_server" 2>/dev/null
	done
	if grep -q " $work/mnt " /proc/self/mountinfo; then
		timeout -s KILL 30 "$cfgfs" umount "$work/mnt" || umount -l "$work/mnt"
	fi
	rm -rf "$work"
}
trap clean_up EXIT

socket=$work/redis.sock
(umask 077 && head -c 32 /dev/urandom >"$work/key")
(umask 077 && head -c 32 /dev/urandom >"$work/other-key")
export CFGFS_REMOTE="unix://$socket" CFGFS_REMOTE_KEY_FILE="$work/key"
export CFGFS_REMOTE_CONNECT=30s CFGFS_REMOTE_ANSWER=30s

# until_holds WHAT COMMAND...: at most 20 seconds.
until_holds() {
	_what=$1
	shift
	_left=400
	until "$@"; do
		_left=$((_left - 1))
		[ $_left -gt 0 ] || fail "$_what: '$*' did not come true"
		sleep 0.05
	done
}

# find_redis: the server is one program with redis-check-rdb, which tells them
# apart by its name. Debian's redis-tools has that without a service, which
# redis-server would start.
find_redis() {
	_redis=$(command -v redis-server || command -v valkey-server ||
		command -v redis-check-rdb) && command -v redis-cli >/dev/null || {
		echo 'redis-server is not installed: skipped'
		exit 77
	}
	[ -e "$work/redis-server" ] || ln -s "$_redis" "$work/redis-server"
}

# start_redis OPTION...: a server on $socket; exit 77 without one.
start_redis() {
	find_redis
	"$work/redis-server" --port 0 --unixsocket "$socket" --save '' --appendonly no \
		--dir "$work" "$@" >"$work/redis.log" 2>&1 &
	redis=$!
	servers="$servers $redis"
	until_holds 'redis-server answers' answers
}
answers() { redis-cli -s "$socket" ping 2>&1 | grep -qE 'PONG|NOAUTH'; }
stop_redis() {
	kill "$redis"
	wait "$redis" 2>/dev/null
}
redis() { redis-cli -s "$socket" "$@" 2>/dev/null; }

# is_built: was cfgfs built with hiredis? Exit 77 if not.
is_built() {
	CFGFS_REMOTE_CONNECT=1ms "$cfgfs" check "$src" 2>&1 | grep -q 'without hiredis' || return 0
	echo 'cfgfs was built without hiredis: skipped'
	exit 77
}

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
