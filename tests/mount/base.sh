#!/bin/sh
# .cfgfs: a folder at the root that is not listed, and inside which all works.
. "$(dirname "$0")/lib.sh"
mkdir -p "$src/web/deep" "$src/.cfgfs/real"
echo '{"a": 1}' >"$src/web/good.json"
echo '{"a": }' >"$src/web/bad.json"
echo 'state valid' >"$src/web/bad.json.status"
echo '{"b": }' >"$src/web/deep/worse.json"
printf '{"c": }' >"$src/$(printf 'web/od\033d <i>.json')"
ln -s good.json "$src/web/link.json"
mount_source
base=$mnt/.cfgfs

# The folder and what is in it.
is 'its files and folders' "$(t ls -A "$base" | tr '\n' ' ')" \
	'explain metrics.prom profile report report.html report.json report.sarif report.txt status '
is 'it is not listed' "$(t ls -A "$mnt" | tr '\n' ' ')" 'web '
fails 'nor found' sh -c "timeout -s KILL 30 find '$mnt' | grep -q '[.]cfgfs'"
is 'completion works' "$(t sh -c "echo '$base'/rep*" | wc -w)" 5
is 'cd works' "$(cd "$base/status/web" && t ls ../../report/web/deep && t pwd -P)" \
	"$(printf 'worse.json\n%s/status/web' "$base")"
is 'after looking around one is still there' \
	"$(cd "$base" && t cat "$base/profile" "$mnt/.cfgfs/status/.status" >/dev/null &&
		t ls "$mnt/.cfgfs" >/dev/null && t pwd -P && t ls metrics.prom)" \
	"$(printf '%s\nmetrics.prom' "$base")"
is 'a mirror has what the tree has' \
	"$(t find "$base/explain/web" -type f | sed "s|^$base/explain/||" | sort | cksum)" \
	"$(cd "$src" && find web -type f | sort | cksum)"
for name in .cfgfs/none .cfgfs/status/none .cfgfs/status/web/link.json \
	.cfgfs/status/web/good.json.status .cfgfs/report.json.status .cfgfs/.status \
	.cfgfs/explain/.status .cfgfs/report/web/.status .cfgfs/status/.cfgfs \
	.cfgfs/status.status .cfgfs/real web/.cfgfs .cfgfs/profile/x; do
	fails "there is no $name" t test -e "$mnt/$name"
done
# What files say of themselves cannot be forged here.
is 'a real file of that name wins beside the file' \
	"$(t sed -n 's/^state //p' "$mnt/web/bad.json.status")" valid
is 'nothing is checked by a status' \
	"$(t sed -n 's/^state //p' "$base/status/web/bad.json")" unchecked
is 'a report checks' "$(t grep -c '^D' "$base/report/web/bad.json")" 1
is 'then the status knows' \
	"$(t sed -n 's/^state //p' "$base/status/web/bad.json")" invalid
is 'of a folder' "$(t grep -c '^F' "$base/report/web/.report")" \
	"$(t grep -c '^F' "$mnt/web/.report")"
is 'its status' "$(t grep '^files' "$base/status/web/.status")" \
	"$(t grep '^files' "$mnt/web/.status")"
says_file() { t grep -q -- "$2" "$3" || fail "$1: no '$2'"; }
says_file 'explained' '^  cached        yes' "$base/explain/web/bad.json"
is 'as the command does' "$(t sed '/stat index/,$d' "$base/explain/web/bad.json")" \
	"$(cd "$src" && "$cfgfs" explain --root . web/bad.json | sed '/stat index/,$d')"
is 'modes' "$(cd "$base" && t stat -c %a . status status/web status/.status \
	status/web/bad.json report/web/.report explain/web/bad.json metrics.prom \
	profile report.json | tr '\n' ' ')" \
	'555 550 550 444 440 440 440 440 440 440 '

# Reports of the whole tree are those of `check`.
t cat "$base/report.txt" >"$work/txt"
(cd "$src" && "$cfgfs" check -f concise) >"$work/wanted"
is 'report.txt' "$(cat "$work/txt")" "$(cat "$work/wanted")"
for name in json sarif; do
	t cat "$base/report.$name" |
		sed 's/"cached": [a-z]*, "usec": [0-9]*/"cached": x/' >"$work/got"
	(cd "$src" && "$cfgfs" check -f "$name") |
		sed 's/"cached": [a-z]*, "usec": [0-9]*/"cached": x/' >"$work/wanted"
	holds "report.$name" cmp "$work/got" "$work/wanted"
	[ -s "$work/got" ] || fail "report.$name is empty"
done
says_file 'a page' '</html>' "$base/report.html"
says_file 'hostile names are text in it' '&lt;i&gt;' "$base/report.html"
fails 'and no markup' t grep -q '<i>' "$base/report.html"
says_file 'a profile' '^parse.json ' "$base/profile"

# Metrics.
t cat "$base/metrics.prom" >"$work/metrics"
holds 'metrics are well-formed' awk -f "$(dirname "$0")/metrics.awk" "$work/metrics"
is 'the last line has an end' "$(tail -c 1 "$work/metrics" | od -An -c | tr -d ' ')" '\n'
says 'counted' '^cfgfs_files{state="invalid"} 3$' "$work/metrics"
for broken in 's/^# TYPE.*hits.*/# TYPE cfgfs_cache_hits_total gauge/' \
	's/^\(cfgfs_pending .*\)/\1 1700000000/' '/^# HELP cfgfs_pending/d' \
	's/^cfgfs_pending .*/&\n&/' 's/state="valid"/state="va"lid"/'; do
	sed "$broken" "$work/metrics" >"$work/broken"
	fails "the check finds '$broken'" awk -f "$(dirname "$0")/metrics.awk" "$work/broken" >"$work/out"
done

# Sizes are true for every tool; what one descriptor reads never changes.
for name in status/.status report.json report.html metrics.prom profile \
	explain/web/bad.json report/web/bad.json; do
	sizes_agree "$base/$name"
	is "wc $name" "$(t wc -c <"$base/$name")" "$(t cat "$base/$name" | wc -c)"
	holds "cp $name" t cp "$base/$name" "$work/copy"
	[ -s "$work/copy" ] || fail "cp $name: empty"
	[ -n "$(t head -n 1 "$base/$name")" ] || fail "head $name"
	[ -n "$(t tail -n 1 "$base/$name")" ] || fail "tail $name"
done
holds 'tar of all of it' t tar -C "$mnt" -cf "$work/tar" .cfgfs
is 'all of a file is in it' "$(tar -xOf "$work/tar" .cfgfs/report.json | tail -n 1)" ']}'
holds 'cp -r of all of it' t cp -r "$base" "$work/all"
is 'the same names' "$(cd "$work/all" && find . | sort | cksum)" \
	"$(cd "$base" && t find . | sort | cksum)"

# Nothing in it can be changed.
refused() { "$@" 2>&1 | sed 's/.*: //' | tail -n 1; }
is 'mkdir' "$(refused t mkdir "$base")" 'File exists'
is 'write' "$(refused t sh -c "echo x >'$base/profile'")" 'Read-only file system'
is 'create' "$(refused t sh -c "echo x >'$base/status/new'")" 'Read-only file system'
is 'remove' "$(refused t rm -f "$base/profile")" 'Read-only file system'
if [ "$(id -u)" = 0 ] && mount -i -o remount,rw "$mnt" 2>"$work/err"; then
	is 'rmdir when mounted rw' "$(refused t rmdir "$base")" 'Operation not permitted'
	is 'rmdir in it' "$(refused t rmdir "$base/status")" 'Operation not permitted'
	is 'rmdir of a real folder' "$(refused t rmdir "$mnt/web/deep")" 'Read-only file system'
	is 'write when mounted rw' "$(refused t sh -c "echo x >'$base/profile'")" \
		'Read-only file system'
fi

# Edits of the source are seen.
echo '{"b": 2}' >"$src/web/deep/worse.json"
is 'an edit is seen' "$(t grep -c 'worse' "$base/report.txt")" 0
mkdir "$src/web/new" && echo '[' >"$src/web/new/x.json"
is 'new folders are in the mirrors' "$(t sed -n 's/^state //p' "$base/status/web/new/x.json")" unchecked
rm -r "$src/web/new"
fails 'and leave them' t test -e "$base/status/web/new"
unmount

mount_source -o virtual=visible
is 'it is listed when asked for' "$(t ls -A "$mnt" | tr '\n' ' ')" '.cfgfs .report .status web '
unmount
