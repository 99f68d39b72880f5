#!/bin/sh
# on_invalid=deny: what is not valid cannot be opened, and nothing else changes.
. "$(dirname "$0")/lib.sh"
export XDG_STATE_HOME="$work/state"
mkdir "$src/d"
echo '{"v": 1}' >"$src/good.json"
echo '{"v": }' >"$src/bad.json"
echo 'a: [1' >"$src/d/bad.yaml"
echo 'plain' >"$src/readme"
: >"$src/empty.json"
printf '%0200d' 0 >"$src/large.json"
printf '%0200d' 0 >"$src/large"
mount_source -o on_invalid=deny,max_size=100

# reads WHAT FILE CONTENT; denied WHAT FILE [MESSAGE]
reads() { is "$1" "$(t cat "$mnt/$2")" "$3"; }
denied() {
	! t cat "$mnt/$2" >"$work/got" 2>"$work/why" || fail "$1: $2 is served"
	[ -s "$work/got" ] && fail "$1: bytes came: $(cat "$work/got")"
	says "$1" "${3:-Permission denied}" "$work/why"
}

reads 'a valid file' good.json '{"v": 1}'
denied 'an invalid file' bad.json
denied 'an invalid file again' bad.json
denied 'one in a folder' d/bad.yaml
reads 'one without format' readme plain
denied 'an empty file that is invalid' empty.json
denied 'one that is too large to be judged' large.json
reads 'one without format, however large' large "$(cat "$src/large")"
is 'its size is shown all the same' "$(t stat -c %s "$mnt/bad.json")" 8
is 'it is listed' "$(t ls "$mnt" | wc -l)" 7
sizes_agree "$mnt/good.json"
fails 'nor by mmap' t "$helper" mmap "$mnt/bad.json" >"$work/got"

# How it is told.
is 'state' "$(t sed -n 's/^state //p' "$mnt/bad.json.status")" invalid
is 'served' "$(t sed -n 's/^served //p' "$mnt/bad.json.status")" denied
is 'served as is' "$(t sed -n 's/^served //p' "$mnt/good.json.status")" as-is
t cat "$mnt/.report" >"$work/report"
is 'denied in .report' "$(grep -c "^F	[a-z]*	denied	" "$work/report")" 4
is 'not denied' "$(grep -c "^F	[a-z]*	as-is	" "$work/report")" 3
says 'why' 'syntax/json' "$work/report"

# Broken, then good, in each way: the next open knows.
echo '{"v": 2}' >"$src/bad.json"
reads 'mended in place' bad.json '{"v": 2}'
echo '{"v": 3' >"$src/bad.json"
denied 'broken in place' bad.json
echo '{"v": 4}' >"$src/new" && mv "$src/new" "$src/bad.json"
reads 'mended by a rename' bad.json '{"v": 4}'
echo '{"v": 5' >"$src/new" && mv "$src/new" "$src/bad.json"
denied 'broken by a rename' bad.json
ino=$(t stat -c %i "$mnt/good.json")
is 'the inode number is that of the source' "$ino" "$(stat -c %i "$src/good.json")"

# Who has it open keeps what he opened, also the kernel's pages of it.
mkfifo "$work/ask"
: >"$work/seen"
"$helper" again "$mnt/good.json" <"$work/ask" >"$work/seen" &
reader=$!
exec 3>"$work/ask"
seen() { [ "$(cat "$work/seen")" = "$1" ]; }
echo >&3
until_holds 'the first read' seen '{"v": 1}'
echo '{"v": 77' >"$src/good.json"
denied 'now it is broken' good.json
is 'its number stays' "$(t stat -c %i "$mnt/good.json")" "$ino"
echo >&3
until_holds 'the open one is as it was' seen '{"v": 1}
{"v": 1}'
echo '{"w": 1234}' >"$src/good.json"
reads 'mended' good.json '{"w": 1234}'
is 'its number' "$(t stat -c %i "$mnt/good.json")" "$ino"
rm "$src/good.json"
echo >&3
until_holds 'also after it was removed' seen '{"v": 1}
{"v": 1}
{"v": 1}'
exec 3>&-
wait $reader

# What is too large to be held and has no format is served from the file; if it
# becomes something to be judged while it is open, no byte of that comes.
"$helper" again "$mnt/large" <"$work/ask" >"$work/seen" &
reader=$!
exec 3>"$work/ask"
echo >&3
until_holds 'the first read' seen "$(cat "$src/large")"
printf '// vim: set ft=json :\n{"secret": \n' >"$src/large"
echo >&3
exec 3>&-
wait $reader
fails 'nothing of it' grep -q secret "$work/seen"
denied 'nor by the next open' large

# A schema that changes: what it forbids is denied from the next open on.
mkdir "$src/s"
echo '{"type": "object"}' >"$src/s/schema.json"
printf 'schemas:\n  - {files: ["*.toml"], schema: s/schema.json}\n' >"$src/.cfgfs.yaml"
echo 'a = 1' >"$src/x.toml"
reads 'valid by the schema' x.toml 'a = 1'
echo '{"type": "object", "required": ["b"]}' >"$src/s/schema.json"
denied 'no longer valid by the schema' x.toml
echo '{"type": "object"}' >"$src/s/schema.json"
reads 'valid again' x.toml 'a = 1'
unmount

# The other error.
mount_source -o on_invalid=deny,errno=EIO
denied 'as an I/O error' d/bad.yaml 'Input/output error'
unmount

# What cannot be decided counts as invalid unless an option says otherwise.
echo '{"$schema": "none.json"}' >"$src/undecided.json"
mount_source -o on_invalid=deny
denied 'undecided' undecided.json
is 'it is an error' "$(t sed -n 's/^state //p' "$mnt/undecided.json.status")" error
unmount
mount_source -o on_invalid=deny,on_error=serve
reads 'undecided and served' undecided.json '{"$schema": "none.json"}'
denied 'invalid all the same' d/bad.yaml
unmount
mount_source -o on_error=deny
denied 'only what is undecided' undecided.json
reads 'not what is invalid' d/bad.yaml 'a: [1'
unmount
