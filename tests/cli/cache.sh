#!/bin/sh
# The cache only saves time: whatever becomes of it, the answer is the same.
. "$(dirname "$0")/lib.sh"
cp -R "${EXAMPLES:?}/." "$src"
cache=$work/cache/cfgfs
run 'without' 1 check --no-cache -f concise "$src"
cp "$work/out" "$work/wanted"
[ -e "$cache" ] && fail 'no cache, no folder'

# same WHAT: a check with the cache gives the findings of one without.
same() {
	run "$1" 1 check -f concise "$src"
	cmp -s "$work/out" "$work/wanted" || fail "$1: another answer"
}
# cached: how many verdicts came from the cache.
cached() {
	run 'a check' 1 check "$src"
	sed -n 's/.*(\([0-9]*\) from the cache.*/\1/p' "$work/out"
}
same 'cold'
same 'warm'
is 'all hit' "$(cached)" 17
is 'the folder is private' "$(stat -c %a "$cache")" 700
run 'statistics' 0 cache stats
says 'entries' '^entries 17$' "$work/out"
says 'hits' '^hits 34$' "$work/out"
says 'misses' '^misses 17$' "$work/out"
says 'nothing to say of a server' '^remote_reason -$' "$work/out"

# Another name, another folder, another tree: the same content is known.
cp "$src/web/shop.yaml" "$src/web/other.yaml"
is 'another name' "$(cached)" 18
rm "$src/web/other.yaml"
# Another plan is another question.
run 'another level' 1 check -l fast "$src"
says 'is not answered by the cache' '(0 from the cache' "$work/out"

# A schema that changes makes exactly its files unknown.
sed -i 's/65535/65534/' "$src/schemas/service.json"
is 'its files and itself' "$(cached)" 14
same 'a schema was edited'

# Damage of any kind.
data=$(find "$cache" -name 'data.mdb' | head -n 1)
[ -s "$data" ] || fail 'where is the data?'
size=$(stat -c %s "$data")
for cut in 0 1 4095 4096 8192 $((size / 2)) $((size - 1)); do
	truncate -s "$cut" "$data"
	same "cut to $cut"
	same "after a cut to $cut"
done
for seed in 1 2 3 4 5 6 7 8; do
	same 'filled'
	# 64 bytes of noise somewhere
	at=$(((seed * 7919) % ($(stat -c %s "$data") - 64)))
	printf '%s' "$(seq "$seed" 99 | cksum)$(seq "$seed" 77 | cksum)xxxxxxxxxxxxxxxxxxxxxxxxxxxxxx" |
		head -c 64 | dd of="$data" bs=1 seek="$at" conv=notrunc 2>/dev/null
	same "noise at $at"
done
head -c 100000 /dev/urandom >"$data"
same 'nothing but noise'
echo hello >"$(dirname "$data")/lock.mdb"
same 'a broken lock file'

run 'clear' 0 cache clear
is 'nothing is left' "$(cached)" 0
rm -rf "$cache"
mkdir -p "$(dirname "$cache")"
echo 'in the way' >"$cache"
same 'a file in its place'
rm "$cache"
mkdir "$cache"
chmod 777 "$cache"
same 'a folder that everyone may write to'
says 'it is said' 'cfgfs: .*cache' "$work/err"
rm -rf "$cache"

# A file size limit is like a full disk: told, not died of.
(ulimit -f 8 && run 'a full disk' 1 check -f concise "$src" &&
	cmp -s "$work/out" "$work/wanted") || fail 'a full disk'
rm -rf "$cache"

# Two at once.
"$cfgfs" check "$src" >/dev/null 2>&1 &
same 'beside another'
wait
same 'after another'

# The mount and check share it.
if [ -r /dev/fuse ] && [ -w /dev/fuse ]; then
	rm -rf "$cache"
	mkdir "$work/mnt"
	if timeout -s KILL 30 "$cfgfs" mount "$src" "$work/mnt" >"$work/out" 2>&1; then
		timeout -s KILL 30 cat "$work/mnt/.report" >/dev/null
		timeout -s KILL 30 "$cfgfs" umount "$work/mnt" || fail 'umount'
		is 'check after mount' "$(cached)" 17
		timeout -s KILL 30 "$cfgfs" mount "$src" "$work/mnt" >/dev/null
		is 'a second mount' "$(timeout -s KILL 30 grep '^F' "$work/mnt/.report" | cut -f7 | sed s/index/disk/ | sort | uniq -c | tr -s ' ')" ' 1 -
 17 disk
 1 miss'
		timeout -s KILL 30 "$cfgfs" umount "$work/mnt"
	fi
fi
exit 0
