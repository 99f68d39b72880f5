# For tests of the shared tier: key files, deadlines that a busy machine keeps,
# and a server that ends with the test. Sourced after a lib.sh.
socket=$work/redis.sock
(umask 077 && head -c 32 /dev/urandom >"$work/key")
(umask 077 && head -c 32 /dev/urandom >"$work/other-key")
export CFGFS_REMOTE="unix://$socket" CFGFS_REMOTE_KEY_FILE="$work/key"
export CFGFS_REMOTE_CONNECT=30s CFGFS_REMOTE_ANSWER=30s

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
