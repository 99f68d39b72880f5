#!/bin/sh
# What happened in the source is shown with its new verdict: strict by the next
# open, fast as soon as it is synced.
. "$(dirname "$0")/lib.sh"
settled() { [ $coherence = strict ] || settle; }
state() { settled; t cat "$mnt/$1" >/dev/null; t sed -n 's/^state //p' "$mnt/$1.status"; }
same() { settled; is "$1" "$(t cat "$mnt/$2")" "$(cat "$src/$2")"; }
is_state() { [ "$(state "$1")" = "$2" ]; }

check_changes() {
	mkdir "$src/d"
	echo '{"v": 1}' >"$src/a.json"
	mount_source -o coherence=$coherence
	is 'the mode' "$(status coherence)" $coherence

	same 'as it was' a.json
	is 'its verdict' "$(state a.json)" valid
	echo '{"v": 2}' >"$src/a.json"
	same 'edited in place, same size' a.json
	echo '{"v": }' >"$src/a.json"
	same 'edited in place' a.json
	is 'its new verdict' "$(state a.json)" invalid
	echo '{"v": 4}' >"$src/new" && mv "$src/new" "$src/a.json"
	same 'renamed over' a.json
	is 'the verdict after the rename' "$(state a.json)" valid
	echo '{"b": 1}' >"$src/b.json"
	same 'a new file' b.json
	holds 'a new file is listed' sh -c "ls '$mnt' | grep -q b.json"
	rm "$src/b.json"
	settled
	fails 'a removed file' t test -e "$mnt/b.json"
	printf '[%04000d]' 0 >"$src/a.json"
	same 'grown' a.json
	echo '[]' >"$src/a.json"
	same 'shrunk' a.json
	is 'its size' "$(t stat -c %s "$mnt/a.json")" 3
	rm "$src/a.json" && mkdir "$src/a.json" && echo 1 >"$src/a.json/x.json"
	same 'a directory where a file was' a.json/x.json
	rm -r "$src/a.json" && echo '{"back": 1}' >"$src/a.json"
	same 'a file where a directory was' a.json
	echo '{"in": "d"}' >"$src/d/x.json"
	same 'in a folder' d/x.json
	mv "$src/d" "$src/e" && mkdir "$src/d" && echo '{"in": "new d"}' >"$src/d/x.json"
	same 'the folder is another' d/x.json
	same 'and the old one has another name' e/x.json

	# The same stamp down to the second does not fool it.
	touch -d 2001-01-01 "$src/a.json"
	same 'an old file' a.json
	echo '{"baCk": 2}' >"$src/a.json" && touch -d 2001-01-01 "$src/a.json"
	same 'edited with its old time' a.json

	# Many edits, each read at once.
	i=0
	while [ $i -lt $edits ]; do
		echo "{\"count\": $i}" >"$src/a.json"
		settled
		is "edit $i" "$(cat "$mnt/a.json")" "{\"count\": $i}"
		i=$((i + 1))
	done

	# The configuration is watched too: what rested on it is judged anew.
	echo 'key = 1' >"$src/x.odd"
	until_holds 'no format yet' is_state x.odd skipped
	is 'valid by itself' "$(state e/x.json)" valid
	printf 'ignore: ["e/*.json"]\n' >"$src/.cfgfs.yaml"
	is 'ignored by a new configuration' "$(state e/x.json)" skipped
	is 'the state of the configuration' "$(status config)" valid
	printf 'ignore: [\n' >"$src/.cfgfs.yaml"
	is 'a broken edit is told' "$(status config)" invalid
	is 'and keeps the last good one' "$(state e/x.json)" skipped
	rm "$src/.cfgfs.yaml"
	is 'no configuration any more' "$(status config) $(state e/x.json)" 'none valid'
	# A source that is gone, or another now, is never called good.
	t cat "$mnt/.report" >/dev/null
	mv "$src" "$work/moved" && mkdir "$src"
	fails 'a report of a source that was replaced' t cat "$mnt/.report" 2>/dev/null
	fails 'its status' t cat "$mnt/.status" 2>/dev/null
	rmdir "$src" && mv "$work/moved" "$src"
	holds 'it is back' t cat "$mnt/.status" >/dev/null
	unmount
	rm -rf "$src"/* "$src/.cfgfs.yaml"
}

edits=300
coherence=strict
check_changes
edits=100
coherence=fast
check_changes
