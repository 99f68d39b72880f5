#!/bin/sh
# on_invalid=lastgood: a file that is broken is served in its last valid
# version, over restarts; the report says so and what is wrong with the new one.
. "$(dirname "$0")/lib.sh"
export XDG_STATE_HOME="$work/state"
mkdir "$src/d"
echo '{"v": 1}' >"$src/a.json"
echo 'x: [1' >"$src/never.yaml"
echo plain >"$src/readme"
echo '{"l": 1}' >"$src/d/listed.json"
mount_source -o on_invalid=lastgood

# A listing looks at what it tells of: the size is that of what is read.
listed() { t ls -l "$mnt/d" | sed -n 's/.* \([0-9]*\) [A-Z].* listed.json$/\1/p'; }
is 'listed' "$(listed)" 9
echo '{"l": 1234567' >"$src/d/listed.json"
is 'listed when it is broken' "$(listed)" 9
is 'what was listed is read' "$(t cat "$mnt/d/listed.json")" '{"l": 1}'
rm "$src/d/listed.json"

# A version of the configuration is judged for itself.
echo 'ignore: ["x"]' >"$src/.cfgfs.yaml"
is 'the configuration' "$(t cat "$mnt/.cfgfs.yaml")" 'ignore: ["x"]'
echo 'ignore: 3' >"$src/.cfgfs.yaml"
is 'the last good configuration' "$(t cat "$mnt/.cfgfs.yaml")" 'ignore: ["x"]'
rm "$src/.cfgfs.yaml"

# reads WHAT FILE CONTENT: size and times are those of what is read.
reads() {
	is "$1" "$(t cat "$mnt/$2")" "$3"
	is "$1: size" "$(t stat -c %s "$mnt/$2")" "$(printf '%s\n' "$3" | wc -c)"
	sizes_agree "$mnt/$2"
}
denied() {
	! t cat "$mnt/$2" >"$work/got" 2>"$work/why" || fail "$1: $2 is served"
}
served() { t sed -n 's/^served //p' "$mnt/$1.status"; }
why() { t sed -n 's/^# served //p' "$mnt/$1.report"; }

reads 'a valid file' a.json '{"v": 1}'
denied 'never valid' never.yaml
reads 'without format' readme plain
then=$(t stat -c '%Y %a' "$mnt/a.json")
is 'times' "$(t stat -c %y "$mnt/a.json")" "$(stat -c %y "$src/a.json")"
touch -d 2001-02-03 "$src/a.json"
is 'touched: its times' "$(t stat -c %y "$mnt/a.json")" "$(stat -c %y "$src/a.json")"
then=$(t stat -c '%y %z %a' "$mnt/a.json")
ino=$(t stat -c %i "$mnt/a.json")

# Broken, in each way.
echo '{"v": 123456' >"$src/a.json"
reads 'broken in place' a.json '{"v": 1}'
is 'its times' "$(t stat -c '%y %z %a' "$mnt/a.json")" "$then"
is 'its number' "$(t stat -c %i "$mnt/a.json")" "$ino"
: >"$src/a.json"
reads 'emptied' a.json '{"v": 1}'
echo '{"v": 9' >"$src/new" && mv "$src/new" "$src/a.json"
reads 'broken by a rename' a.json '{"v": 1}'
is 'the number of the new one' "$(t stat -c %i "$mnt/a.json")" "$(stat -c %i "$src/a.json")"

# How it is told.
is state "$(t sed -n 's/^state //p' "$mnt/a.json.status")" invalid
is served "$(served a.json)" last-good
t cat "$mnt/a.json.report" >"$work/report"
says 'in its report' '^F	invalid	last-good	a.json	' "$work/report"
says 'the findings of the new one' '^D	error	a.json	0	.*syntax/json' "$work/report"
says 'which version' '^# served last-good: the version of 2001-02-' "$work/report"
t cat "$mnt/.report" >"$work/report"
says 'in the report' '^F	invalid	last-good	a.json	' "$work/report"
says 'never valid' '^F	invalid	denied	never.yaml	' "$work/report"
says 'as it is' '^F	skipped	as-is	readme	' "$work/report"
is 'how many' "$(status serving_last_good)" 1
is 'none below d' "$(status serving_last_good "$mnt/d")" 0
says 'why it is denied' 'no valid version of it was ever kept' "$mnt/never.yaml.report"

# Mended: the newest valid version counts.
echo '{"v": 2}' >"$src/a.json"
reads 'mended' a.json '{"v": 2}'
is 'served as it is' "$(served a.json)" as-is
is 'none any more' "$(status serving_last_good)" 0
echo '{"v": 3' >"$src/a.json"
reads 'broken again' a.json '{"v": 2}'

# Over a restart, also one without goodbye.
kill -9 "$daemon"
{ wait "$daemon"; } 2>"$work/killed"
umount -l "$mnt" 2>/dev/null || fusermount3 -uz "$mnt"
mount_source -o on_invalid=lastgood
reads 'after kill -9' a.json '{"v": 2}'
unmount
echo 'x: 1' >"$src/never.yaml"
mount_source -o on_invalid=lastgood
reads 'after a restart' a.json '{"v": 2}'
reads 'valid at last' never.yaml 'x: 1'

# The cache's commands leave it alone.
t "$cfgfs" cache clear >"$work/out" || fail 'cache clear'
reads 'after cache clear' a.json '{"v": 2}'

# Who has it open keeps what he opened.
mkfifo "$work/ask"
: >"$work/seen"
"$helper" again "$mnt/a.json" <"$work/ask" >"$work/seen" &
reader=$!
exec 3>"$work/ask"
seen() { [ "$(cat "$work/seen")" = "$1" ]; }
echo >&3
until_holds 'the first read' seen '{"v": 2}'
echo '{"version": 33}' >"$src/a.json"
reads 'a new version' a.json '{"version": 33}'
echo >&3
until_holds 'the open one is as it was' seen '{"v": 2}
{"v": 2}'
exec 3>&-
wait $reader

# Rights: what both versions have. An owner is not shown another's version.
chmod 640 "$src/a.json"
t cat "$mnt/a.json" >/dev/null
echo '[' >"$src/a.json" && chmod 604 "$src/a.json"
is 'rights' "$(t stat -c %a "$mnt/a.json")" 600
if [ "$(id -u)" = 0 ]; then
	chown 1:1 "$src/a.json"
	denied 'of another owner' a.json
	says 'why' 'another owner' "$mnt/a.json.report"
	chown 0:0 "$src/a.json"
fi
reads 'of the same owner' a.json '{"version": 33}'

# The good version deleted: gone. Broken when it comes back: the last good.
rm "$src/a.json"
fails 'gone' t test -e "$mnt/a.json"
echo '[' >"$src/a.json"
reads 'back, broken' a.json '{"version": 33}'

# A renamed file has no version under its new name.
mv "$src/a.json" "$src/b.json"
denied 'renamed' b.json
mv "$src/b.json" "$src/a.json"
reads 'renamed back' a.json '{"version": 33}'

# A schema by which the last good version is not valid any more.
mkdir "$src/s"
echo '{"type": "object"}' >"$src/s/o.json"
printf 'schemas:\n  - {files: ["/a.json"], schema: s/o.json}\n' >"$src/.cfgfs.yaml"
reads 'valid by the schema' a.json '{"version": 33}'
echo '{"type": "object", "required": ["name"]}' >"$src/s/o.json"
denied 'not valid any more' a.json
says 'why' 'not valid by the rules of now' "$mnt/a.json.report"
echo '{"name": 1}' >"$src/a.json"
reads 'valid by the new schema' a.json '{"name": 1}'
echo '{"name": 1' >"$src/a.json"
reads 'broken under the new schema' a.json '{"name": 1}'
unmount

# Without a valid version the file itself, if an option says so.
rm "$src/.cfgfs.yaml"
echo 'z: [' >"$src/z.yaml"
mount_source -o on_invalid=lastgood,never_valid=serve
reads 'never valid, served' z.yaml 'z: ['
reads 'but this was' a.json '{"name": 1}'
unmount

# Versions damaged on disk are told and count as none.
for object in "$work"/state/cfgfs/objects/*; do echo x >>"$object"; done
mount_source -o on_invalid=lastgood
denied 'a damaged version' a.json
says 'why' 'is damaged' "$mnt/a.json.report"
echo '{"name": 2}' >"$src/a.json"
reads 'valid again' a.json '{"name": 2}'
echo '{"name": 3' >"$src/a.json"
reads 'and kept' a.json '{"name": 2}'
unmount

# No room: the file is served, said to be without a net, and what was kept stays.
mount_source -o on_invalid=lastgood,state_size=1
echo '{"name": 44}' >"$src/a.json"
reads 'valid without room' a.json '{"name": 44}'
says 'it is told' 'could not be kept: No space left' "$mnt/a.json.report"
unmount
echo '{' >"$src/a.json"
mount_source -o on_invalid=lastgood,state_size=1
reads 'the one before' a.json '{"name": 2}'
unmount

# A place that cannot be used: the mount does not come up.
chmod 777 "$work/state/cfgfs"
"$cfgfs" mount -f -o on_invalid=lastgood "$src" "$mnt" >"$work/out" 2>"$work/err"
is 'exit status' $? 2
says 'why' 'others can write to the state folder' "$work/err"
