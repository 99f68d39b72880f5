#!/bin/sh
# A mount gives its verdicts to the shared tier and takes those of others; what
# happens to the server changes what .status says of it, and nothing else.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/../redis.sh"
i=0
while [ $i -lt 20 ]; do
	echo "{\"n\": $i}" >"$src/$i.json"
	i=$((i + 1))
done
echo '[' >"$src/bad.json"
is_built
start_redis
report() { t cat "$mnt/.report" >"$work/report" && grep -c '^F' "$work/report"; }
entries() { redis dbsize; }
remote() { status cache.remote; }

mount_source -o cache="$work/first"
becomes on remote
is 'all are checked' "$(report)" 21
cut -f 1-6 "$work/report" | grep '^[FD]' >"$work/answer"
becomes 21 entries # given by the flusher, soon
unmount

# Another machine: one file that is read, then all.
mount_source -o cache="$work/second"
becomes on remote
is 'a file' "$(t cat "$mnt/3.json")" '{"n": 3}'
remote_hits() { status cache.hits.remote; }
becomes 1 remote_hits
report >/dev/null
is 'all come from there' "$(remote_hits)" 21
is 'none was made' "$(status cache.misses)" 0
is 'the report tells' "$(grep -c '^F.*	remote	' "$work/report")" 20
cut -f 1-6 "$work/report" | grep '^[FD]' >"$work/again"
holds 'it is the same answer' cmp "$work/answer" "$work/again"
unmount

# A server that has closed the connection is just asked over another.
mount_source -o cache="$work/other"
becomes on remote
is 'a file' "$(t cat "$mnt/3.json")" '{"n": 3}'
becomes 1 remote_hits
redis client kill type normal >/dev/null
is 'another' "$(t cat "$mnt/4.json")" '{"n": 4}'
becomes 2 remote_hits
is 'no failure' "$(status cache.remote_failures)" 0
unmount

# A server that stops, hangs and comes back.
export CFGFS_REMOTE_CONNECT=50ms CFGFS_REMOTE_ANSWER=50ms
mount_source -o cache="$work/third"
becomes on remote
kill -STOP "$redis"
is 'a file' "$(t cat "$mnt/1.json")" '{"n": 1}'
becomes open remote
is 'all are checked' "$(report)" 21
cut -f 1-6 "$work/report" | grep '^[FD]' >"$work/again"
holds 'it is the same answer' cmp "$work/answer" "$work/again"
fails 'it is said why' [ "$(status cache.remote_reason)" = - ]
kill -CONT "$redis"
becomes on remote
is 'nothing to say' "$(status cache.remote_reason)" -
stop_redis
echo '{"n": 100}' >"$src/100.json"
is 'a new file' "$(t cat "$mnt/100.json")" '{"n": 100}'
becomes open remote
is 'all are checked' "$(report)" 22
start_redis
becomes on remote
echo '{"n": 101}' >"$src/101.json"
is 'a new file' "$(t cat "$mnt/101.json")" '{"n": 101}'
given() { [ "$(entries)" -gt 0 ]; }
until_holds 'it is given again' given
unmount

# Its own options.
unset CFGFS_REMOTE CFGFS_REMOTE_KEY_FILE
printf 'cache:\n  remote: {url: "unix://%s", key_file: %s}\n' "$socket" "$work/key" >"$src/.cfgfs.yaml"
mount_source -o cache="$work/fourth"
is 'a tree alone' "$(remote)" off
is 'is not trusted' "$(status cache.remote_reason)" untrusted
says 'and is told' 'ignored: untrusted' "$work/err"
unmount
mount_source -o cache="$work/fourth",trust-config
becomes on remote
unmount
mv "$src/.cfgfs.yaml" "$work/config.yaml"
mount_source -o cache="$work/fourth",config="$work/config.yaml"
becomes on remote
unmount
