#!/bin/sh
# Extended attributes: state and hash of files, and those of the source; only
# if asked for.
. "$(dirname "$0")/lib.sh"
mkdir "$src/web"
echo '{"a": 1}' >"$src/web/good.json"
echo '{"a": }' >"$src/web/bad.json"
echo 'hello' >"$src/notes.txt"
ln -s web/good.json "$src/link"
xattr() { t "$helper" xattr "$@" 2>&1 | sed 's/.*: //'; }
names() { t "$helper" xattrs "$1" | sort | tr '\n' ' '; }

mount_source
is 'not asked for' "$(xattr "$mnt/web/bad.json" user.cfgfs.state)" 'Operation not supported'
is 'nor listed' "$(t "$helper" xattrs "$mnt/web/bad.json" | sed 's/.*: //')" 'Operation not supported'
unmount

real=
# Not every filesystem has any.
if "$helper" set "$src/web/bad.json" user.origin here; then
	real=yes
	"$helper" set "$src/web/bad.json" user.cfgfs.state valid
	"$helper" set "$src/web" user.kind folder
fi
mount_source -o xattr
is 'nothing is judged for it' "$(xattr "$mnt/web/bad.json" user.cfgfs.state)" unchecked
is 'without a hash' "$(xattr "$mnt/web/bad.json" user.cfgfs.hash)" 'No data available'
t cat "$mnt/web/bad.json" "$mnt/web/good.json" "$mnt/notes.txt" >/dev/null
state() { xattr "$mnt/$1" user.cfgfs.state; }
bad_state() { state web/bad.json; }
good_state() { state web/good.json; }
notes_state() { state notes.txt; }
becomes invalid bad_state
becomes valid good_state
becomes skipped notes_state
is 'the hash' "$(xattr "$mnt/web/good.json" user.cfgfs.hash)" \
	"$(t sed -n 's/^hash //p' "$mnt/web/good.json.status")"
is 'it is one' "$(xattr "$mnt/web/good.json" user.cfgfs.hash | tr -d '0-9a-f' | wc -c)" 0
is 'names of a file' "$(names "$mnt/web/good.json")" 'user.cfgfs.hash user.cfgfs.state '
is 'names of one that has no hash' "$(names "$mnt/notes.txt")" 'user.cfgfs.state '
is 'no such name of ours' "$(xattr "$mnt/web/good.json" user.cfgfs.none)" 'No data available'
is 'no such name at all' "$(xattr "$mnt/web/good.json" user.none)" 'No data available'
is 'a link has none' "$(names "$mnt/link")" ''
is 'a virtual file has none' "$(names "$mnt/.status")$(names "$mnt/.cfgfs")" ''
echo '{"a": 2}' >"$src/web/bad.json"
is 'an edit is seen' "$(state web/bad.json)" unchecked
if [ "$real" ]; then
	is 'real ones of a file' "$(xattr "$mnt/web/bad.json" user.origin)" here
	is 'none can pretend to be ours' "$(names "$mnt/web/bad.json")" \
		'user.cfgfs.state user.origin '
	is 'real ones of a folder' "$(xattr "$mnt/web" user.kind)" folder
	is 'a folder has none of ours' "$(names "$mnt/web")" 'user.kind '
fi
is 'they cannot be set' \
	"$(t "$helper" refuse "$mnt" "$mnt/notes.txt" "$mnt/web" "$mnt/link")" ''
holds 'ls -l' sh -c "timeout -s KILL 30 ls -lR '$mnt' >'$work/listing' 2>&1"
holds 'cp -a' t cp -a "$mnt/web" "$work/copy"
unmount
