#!/bin/sh
# The shared tier: what one machine has judged, another one with an empty cache
# does not judge again, and gets the same answer.
. "$(dirname "$0")/remote_lib.sh"
cp -R "${EXAMPLES:?}/." "$src"
is_built
start_redis
fill_clean

machine one
checks 'a first machine'
is 'it found nothing' "$(hits remote)" 0
is 'all its verdicts are there' "$(redis dbsize)" 17
machine two
checks 'a second machine'
is 'all come from there' "$(hits remote)" 17
says 'and were not made again' '(17 from the cache' "$work/out"
checks 'once more'
is 'now they are on its own disk' "$(hits remote)" 17
redis flushall >/dev/null
checks 'after the server lost them'
is 'which they stay' "$(hits remote)" 17
machine three
checks 'a third machine, of which nothing is known'
is 'gives them back' "$(redis dbsize)" 17
is 'each entry ends some day' \
	"$(for name in $(redis keys '*'); do [ "$(redis ttl "$name")" -gt 2590000 ] || echo "$name"; done)" ''
is 'no name tells anything' "$(redis keys '*' | grep -vcE '^cfgfs:[0-9a-f]{64}$')" 0

# What is said of it.
machine four
run 'explain' 0 explain "$src/web/shop.yaml"
says 'where it came from' '^  cached  *yes (remote)$' "$work/out"
run 'stats' 0 cache stats
says 'how the tier is' '^remote on$' "$work/out"
run 'stats as json' 0 cache stats -f json
says 'how the tier is' '"remote": "on"' "$work/out"
run 'check' 1 check -f json "$src"
says 'in json' '"cached": true' "$work/out"
machine status
run 'status' 1 status "$src"
says 'in words' '^  shared *on, 17 hits$' "$work/out"
machine warm
run 'warm' 0 cache warm "$src"
says 'nothing is made' '^0 made, 17 known' "$work/out"

# A change in a schema counts for what came from there as for all else.
sed -i 's/"maximum": 65535/"maximum": 100/' "$src/schemas/database.json"
machine five
fill_clean
checks 'another schema'
cp "$EXAMPLES/schemas/database.json" "$src/schemas"
fill_clean

# Options.
redis flushall >/dev/null
machine six
export CFGFS_REMOTE_READ_ONLY=true
checks 'read-only'
is 'nothing is written' "$(redis dbsize)" 0
unset CFGFS_REMOTE_READ_ONLY
machine seven
export CFGFS_REMOTE_TTL=1h CFGFS_REMOTE_NAMESPACE=team
checks 'a namespace'
is 'names begin with it' "$(redis keys 'team:*' | wc -l)" 17
name=$(redis keys 'team:*' | head -n 1)
holds 'they end in an hour' [ "$(redis ttl "$name")" -le 3600 ]
machine eight
checks 'the same namespace'
is 'shares' "$(hits remote)" 17
machine nine
CFGFS_REMOTE_NAMESPACE=other checks 'another namespace'
is 'does not' "$(hits remote)" 0
unset CFGFS_REMOTE_TTL CFGFS_REMOTE_NAMESPACE
redis flushall >/dev/null
machine ten
CFGFS_REMOTE="unix://$socket?db=3" checks 'another database'
is 'entries are in it' "$(redis -n 3 dbsize)" 17
is 'and nowhere else' "$(redis dbsize)" 0

# Whose key is another one finds nothing, and breaks nothing.
redis flushall >/dev/null
machine eleven
checks 'with a key'
machine twelve
CFGFS_REMOTE_KEY_FILE="$work/other-key" checks 'with another key'
is 'finds nothing' "$(hits remote)" 0
is 'and adds its own' "$(redis dbsize)" 34
machine thirteen
checks 'with the first key'
is 'its entries are as they were' "$(hits remote)" 17

# off WHAT WHY: the tier is off and it is said; the answer is the same.
off() {
	machine off
	redis flushall >/dev/null
	checks "$1"
	says "$1" "shared cache is off: .*$2" "$work/err"
	is "$1: nothing is sent" "$(redis dbsize)" 0
	rm -rf "$XDG_CACHE_HOME"
}
CFGFS_REMOTE_KEY_FILE='' off 'no key file' 'no key file is named'
CFGFS_REMOTE_KEY_FILE="$work/none" off 'a key that is not there' 'No such file'
CFGFS_REMOTE_KEY_FILE=key off 'a relative path' 'full path'
chmod 640 "$work/other-key"
CFGFS_REMOTE_KEY_FILE="$work/other-key" off 'a key that others read' 'open to others'
CFGFS_REMOTE=redis://:secret@localhost off 'a password in the address' 'password'
CFGFS_REMOTE=localhost:6379 off 'no address' 'begins with redis'
CFGFS_REMOTE_ANSWER=0ms off 'no patience' 'a time from 1ms'
CFGFS_REMOTE_TTL=soon off 'no age' 'an age'
CFGFS_REMOTE_NAMESPACE='a b' off 'no namespace' 'namespace'

# User and password.
stop_redis
(umask 077 && printf 'right\n' >"$work/right" && printf 'wrong\n' >"$work/wrong" &&
	printf 'me\nmine\n' >"$work/user")
start_redis --requirepass right
redis-cli -s "$socket" -a right --no-auth-warning \
	acl setuser me on '>mine' '~cfgfs:*' +get +set +ping +select >/dev/null
machine a
CFGFS_REMOTE_AUTH_FILE="$work/right" checks 'a password'
machine b
CFGFS_REMOTE_AUTH_FILE="$work/user" checks 'a user with a password'
is 'finds them' "$(hits remote)" 17
machine c
CFGFS_REMOTE_AUTH_FILE="$work/wrong" checks 'a wrong password'
is 'finds nothing' "$(hits remote)" 0
says 'which is told' 'shared cache is not used: WRONGPASS' "$work/err"
machine d
checks 'no password'
says 'which is told' 'shared cache is not used: NOAUTH' "$work/err"
stop_redis
machine a
checks 'what is known here'
is 'needs no server' "$(wc -c <"$work/err")" 0
machine e
checks 'no server at all'
says 'which is told' 'shared cache is not used: No such file\|shared cache is not used: Connection refused' "$work/err"
run 'stats' 0 cache stats
says 'that it is open' '^remote open$' "$work/out"
exit 0
