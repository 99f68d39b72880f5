#!/bin/sh
# The shared tier over TCP, by name and by number, in the clear and with TLS:
# there a server counts only with a certificate for its name, from an authority
# that we know.
. "$(dirname "$0")/remote_lib.sh"
command -v openssl >/dev/null || { echo 'no openssl: skipped'; exit 77; }
cp -R "${EXAMPLES:?}/." "$src"
is_built
fill_clean

# certificate NAME SUBJECT-ALTERNATIVE-NAME: signed by itself.
certificate() {
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes \
		-keyout "$work/$1.key" -out "$work/$1.crt" -days 2 -subj "/CN=$1" \
		-addext "subjectAltName=$2" >/dev/null 2>&1 || {
		echo 'openssl makes no certificate: skipped'
		exit 77
	}
}
certificate name DNS:localhost
certificate number IP:127.0.0.1
certificate stranger DNS:localhost

# start_on_port CERTIFICATE: a server with TLS on one free port of 127.0.0.1,
# in the clear on the next.
start_on_port() {
	for _try in 1 2 3 4 5 6 7 8; do
		port=$((20000 + ($$ * 7 + _try * 1013) % 30000))
		"$work/redis-server" --port $((port + 1)) --tls-port $port --bind 127.0.0.1 \
			--tls-cert-file "$work/$1.crt" --tls-key-file "$work/$1.key" \
			--tls-auth-clients no --save '' --dir "$work" >"$work/redis.log" 2>&1 &
		redis=$!
		servers="$servers $redis"
		until_holds 'it has started or not' has_started
		kill -0 $redis 2>/dev/null && return
		grep -q 'tls-port\|TLS' "$work/redis.log" && {
			echo 'redis-server has no TLS: skipped'
			exit 77
		}
	done
	fail 'no free port'
}
has_started() {
	! kill -0 $redis 2>/dev/null || grep -q 'Ready to accept' "$work/redis.log"
}

find_redis
start_on_port name
machine fill
CFGFS_REMOTE=redis://localhost:$((port + 1)) checks 'a name'
machine clear
CFGFS_REMOTE=redis://127.0.0.1:$((port + 1)) checks 'a number'
is 'finds them' "$(hits remote)" 17

export CFGFS_REMOTE=rediss://localhost:$port CFGFS_REMOTE_CA_FILE="$work/name.crt"
machine tls
checks 'TLS'
if grep -q 'without TLS' "$work/err"; then
	echo 'cfgfs was built without TLS: skipped'
	exit 77
fi
is 'finds them' "$(hits remote)" 17

# distrusted WHAT [WHY]: it is not used, and that is said.
distrusted() {
	machine distrusting
	checks "$1"
	says "$1" 'shared cache is not used: '"${2:-TLS failed}" "$work/err"
	is "$1: nothing is taken" "$(hits remote)" 0
	rm -rf "$XDG_CACHE_HOME"
}
CFGFS_REMOTE_CA_FILE="$work/stranger.crt" distrusted 'another authority of that name'
CFGFS_REMOTE_CA_FILE= distrusted 'no authority'
CFGFS_REMOTE=rediss://127.0.0.1:$port distrusted 'another name'
# Which waits for the end of a line.
CFGFS_REMOTE_CONNECT=1s CFGFS_REMOTE=rediss://localhost:$((port + 1)) \
	distrusted 'a server in the clear' 'it was not reached'
machine none
CFGFS_REMOTE_CA_FILE="$work/key" checks 'authorities that are none'
says 'is told' 'shared cache is off: the authorities' "$work/err"

kill $redis
wait $redis 2>/dev/null
start_on_port number
machine number
CFGFS_REMOTE=rediss://127.0.0.1:$port CFGFS_REMOTE_CA_FILE="$work/number.crt" checks 'a number in TLS'
says 'works' '(0 from the cache' "$work/out"
machine number2
CFGFS_REMOTE=rediss://127.0.0.1:$port CFGFS_REMOTE_CA_FILE="$work/number.crt" checks 'a number in TLS'
is 'finds them' "$(hits remote)" 17

# Names that lead nowhere, and nobody at a number.
machine nowhere
CFGFS_REMOTE_CONNECT=1s CFGFS_REMOTE=redis://no-such-host.invalid checks 'no such name'
says 'it is told' 'shared cache is not used' "$work/err"
kill $redis
wait $redis 2>/dev/null
machine nobody
CFGFS_REMOTE=redis://127.0.0.1:$port checks 'nobody'
says 'it is told' 'shared cache is not used: Connection refused' "$work/err"
exit 0
