#!/bin/sh
# mount = check: what `.report` says of files and mutations is what check says
# without a cache, at first and after each change of files, schemas and
# configuration; and every file is served as it is.
. "$(dirname "$0")/../mount/lib.sh"
count=${CFGFS_MOUNT_CASES:-250}

# of_mount [DIRECTORY], of_check [OPTION...]: answers without their origin.
of_mount() {
	t cat "$mnt/${1:+$1/}.report" >"$work/report" || fail 'the report cannot be read'
	awk -F '\t' -v OFS='\t' '
		$1 == "F" { print $1, $2, $4, $5, $6 }
		$1 == "D" { print }' "$work/report"
}
of_check() {
	"$cfgfs" check -f json "$@" "$src" >"$work/json" 2>"$work/err"
	"$AS_REPORT" <"$work/json" || fail 'check printed no report'
}
same() {
	of_check --no-cache >"$work/check"
	grep -c '^F' "$work/check" >"$work/files"
	[ "$(cat "$work/files")" -ge "$count" ] || fail "$1: files are missing"
	of_mount >"$work/mount"
	cmp -s "$work/check" "$work/mount" ||
		fail "$1: $(diff "$work/check" "$work/mount" | head -n 6)"
	# Below a folder: the same lines, with paths from there.
	of_mount with >"$work/below"
	sed -n 's,	with/,	,p' "$work/check" >"$work/wanted"
	cmp -s "$work/wanted" "$work/below" ||
		fail "$1, below a folder: $(diff "$work/wanted" "$work/below" | head -n 6)"
	# And with the cache, through the index and without.
	of_check >"$work/cached"
	cmp -s "$work/check" "$work/cached" || fail "$1: check with a cache"
	of_check --rehash >"$work/cached"
	cmp -s "$work/check" "$work/cached" || fail "$1: check --rehash"
}

"$PLANT" "$src" "$count" 0 || fail 'no cases'
mount_source
same 'at first'
(cd "$src" && find . -type f) >"$work/names"
while read -r name; do
	t cmp -s "$src/$name" "$mnt/$name" || fail "$name is served otherwise"
done <"$work/names"
for turn in 1 2 3 4 5 6; do
	"$PLANT" "$src" "$count" "$turn" || fail 'no cases'
	same "turn $turn"
done
unmount
mount_source
same 'mounted again'
unmount
exit 0
