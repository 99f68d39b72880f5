#!/bin/sh
# Who has a file open keeps reading it as natively.
. "$(dirname "$0")/lib.sh"
size=400000
letters() { head -c $size /dev/zero | tr '\0' "$1"; }
seen() { [ "$(wc -l <"$work/again")" = "$1" ]; }
valid() { status valid; }
fds() { ls "/proc/$daemon/fd" | wc -l; }
few_fds() { [ "$(fds)" -le $((before + most)) ]; }

# check_open MODE: LINKS is how many names fstat says that a removed file has;
# the kernel keeps what it was told. MOST files are held, not one for each.
check_open() {
	coherence=$1
	links=$2
	most=$3
	letters a >"$src/gone.txt"
	letters b >"$src/over.txt"
	printf '{"x": "%s"}' "$(letters c)" >"$src/gone.json"
	cp "$src/gone.json" "$work/gone.json"
	mkdir "$src/folder" && touch "$src/folder/1" "$src/folder/2"
	mount_source -o coherence=$coherence
	exec 3<"$mnt/gone.txt" 4<"$mnt/over.txt" 5<"$mnt/gone.json"
	# Pages that were read already prove nothing: ask for the rest.
	t head -c 10 <&3 >/dev/null
	rm "$src/gone.txt" "$src/gone.json"
	letters n >"$src/new" && mv "$src/new" "$src/over.txt"
	is 'removed, text' "$(t tail -c 5 <&3)" aaaaa
	is 'renamed over' "$(t head -c 5 <&4)" bbbbb
	settle
	is 'the new one' "$(t head -c 5 "$mnt/over.txt")" nnnnn
	holds 'removed, judged' sh -c 'timeout -s KILL 30 cat <&5 | cmp - "$1"' - "$work/gone.json"
	is 'fstat of a removed file' "$(t stat -L -c '%s %h' /proc/self/fd/5 <&5)" \
		"$(stat -c %s "$work/gone.json") $links"
	exec 3<&- 4<&- 5<&-
	settle
	fails 'it is gone' t test -e "$mnt/gone.txt"

	# An open file that is edited in place shows the edit, whole.
	echo '{"v": 1}' >"$src/edit.json"
	[ -p "$work/go" ] || mkfifo "$work/go"
	: >"$work/again"
	t "$helper" again "$mnt/edit.json" <"$work/go" >"$work/again" &
	reader=$!
	exec 6>"$work/go"
	echo >&6
	until_holds 'it is read' seen 1
	echo '{"v": 2}' >"$src/edit.json"
	settle
	echo >&6
	until_holds 'it is read again' seen 2
	echo '{"version": 3}' >"$src/edit.json"
	settle
	echo >&6
	until_holds 'and again' seen 3
	exec 6>&-
	wait $reader
	is 'an open file shows edits' "$(cat "$work/again")" '{"v": 1}
{"v": 2}
{"version": 3}'

	# Who is in a folder that another one has replaced does not read the other's.
	echo old >"$src/folder/name.txt"
	is 'in a folder that was replaced' "$(cd "$mnt/folder" && mv "$src/folder" "$src/moved" &&
		mkdir "$src/folder" && echo new >"$src/folder/name.txt" &&
		t cat name.txt 2>/dev/null | grep new)" ''

	# Many readers of one file, and many files at once.
	seq 200 | xargs -P 8 -I{} sh -c "timeout -s KILL 30 cmp '$src/over.txt' '$mnt/over.txt'" ||
		fail 'many readers'
	i=0
	while [ $i -lt 300 ]; do
		echo "{\"i\": $i}" >"$src/$i.json"
		i=$((i + 1))
	done
	(cd "$mnt" && ls | grep json | timeout -s KILL 60 xargs -P 8 -n 5 cat) >/dev/null ||
		fail 'many files'
	becomes 301 valid # all were judged

	# Whatever was kept open is given back.
	before=$(fds)
	i=0
	while [ $i -lt 300 ]; do
		: <"$mnt/$i.json"
		i=$((i + 1))
	done
	until_holds 'descriptors do not pile up' few_fds
	unmount
	rm -rf "$src"/*
}

check_open strict 0 2
check_open fast 1 258
