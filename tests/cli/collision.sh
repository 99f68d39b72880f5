#!/bin/sh
# Two files that share one XXH3-128: check and mount tell them apart, whichever
# the cache met first and however it answers.
. "$(dirname "$0")/lib.sh"
pair=${CFGFS_TEST_DATA:?}/collision

# states: what a check with these options says of both.
states() {
	"$cfgfs" check -f jsonl "$@" "$src" |
		sed -n 's/.*"path": "\([a-z]*\).yaml", "state": "\([a-z]*\)".*/\1 \2/p'
}
wanted='invalid invalid
valid valid'
for first in valid invalid; do
	rm -rf "$work/cache"
	cp "$pair/$first.yaml" "$src/"
	states >"$work/out" # alone, and first in the cache
	cp "$pair/valid.yaml" "$pair/invalid.yaml" "$src/"
	is "$first first" "$(states)" "$wanted"
	is "$first first, again" "$(states)" "$wanted"
	is "$first first, read again" "$(states --rehash)" "$wanted"
	# In place of each other, also with the same times.
	cp -p "$src/valid.yaml" "$work/kept"
	cp "$src/invalid.yaml" "$src/valid.yaml"
	touch -r "$work/kept" "$src/valid.yaml"
	is "$first first, one overwritten" "$(states)" 'invalid invalid
valid invalid'
	rm "$src/valid.yaml" "$src/invalid.yaml"
done

# The mount serves both and says which is which.
[ -r /dev/fuse ] && [ -w /dev/fuse ] || exit 0
cp "$pair/valid.yaml" "$pair/invalid.yaml" "$src/"
mkdir "$work/mnt"
for round in cold warm; do
	timeout -s KILL 30 "$cfgfs" mount "$src" "$work/mnt" >"$work/out" 2>&1 || exit 0
	for name in valid invalid; do
		timeout -s KILL 30 cmp -s "$src/$name.yaml" "$work/mnt/$name.yaml" ||
			fail "$round: $name.yaml is not served as it is"
	done
	is "$round: the report" "$(timeout -s KILL 30 sed -n 's/^F	\([a-z]*\)	[a-z-]*	\([a-z.]*\)	.*/\2 \1/p' "$work/mnt/.report")" 'invalid.yaml invalid
valid.yaml valid'
	timeout -s KILL 30 "$cfgfs" umount "$work/mnt" || fail 'umount'
done
exit 0
