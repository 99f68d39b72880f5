#!/bin/sh
# The counts of .status are those of the files as they are, at once, however
# they changed; kept by what is reported (fast) or looked for (strict).
. "$(dirname "$0")/lib.sh"
counts() { t sed -n 's/^\(files\|valid\|invalid\|skipped\|unchecked\) //p' "$mnt/${1-}.status" | tr '\n' ' '; }
judge_all() { t cat "$mnt/.report" >/dev/null; }

check_counts() {
	printf 'schemas: [{files: ["web/**"], schema: s.json}]\n' >"$src/.cfgfs.yaml"
	echo '{"type": "object"}' >"$src/s.json"
	mkdir -p "$src/web/a/deep" "$src/web/b"
	for i in 1 2 3 4 5 6 7 8; do
		echo "{\"v\": $i}" >"$src/web/a/$i.json"
		echo "{\"v\": $i}" >"$src/web/a/deep/$i.json"
		echo "[$i, ]" >"$src/web/b/$i.json"
	done
	echo text >"$src/notes.txt"
	mount_source -o coherence=$coherence
	is 'the mode' "$(status coherence)" $coherence
	scan() { status scan; }
	becomes complete scan

	# files valid invalid skipped unchecked
	is 'nothing judged' "$(counts)" '27 0 0 0 27 '
	judge_all
	is 'all judged' "$(counts)" '27 18 8 1 0 '
	is 'below a folder' "$(counts web/a/)" '16 16 0 0 0 '
	is 'by another way' "$(t sed -n 's/^files //p' "$mnt/.cfgfs/status/web/a/.status")" 16
	echo '{"v": 0}' >"$src/web/a/1.json"
	is 'an edit' "$(counts)" '27 17 8 1 1 '
	t cat "$mnt/web/a/1.json" >/dev/null
	again() { counts; }
	becomes '27 18 8 1 0 ' again
	echo '{}' >"$src/web/a/deep/new.json"
	is 'a new file' "$(counts)" '28 18 8 1 1 '
	rm "$src/web/b/1.json" "$src/notes.txt"
	is 'two less' "$(counts)" '26 18 7 0 1 '
	mv "$src/web/b" "$src/web/c"
	is 'a folder under another name' "$(counts)" '26 18 0 0 8 '
	judge_all
	mv "$src/web/c/2.json" "$src/web/a/2.json"
	is 'a file over another' "$(counts)" '25 18 6 0 1 '
	rm -r "$src/web/a/deep"
	is 'a folder less' "$(counts)" '16 9 6 0 1 '
	mkdir "$src/web/x" && mkdir "$src/web/x/y" && echo 1 >"$src/web/x/y/z.json"
	is 'folders in a folder' "$(counts web/x/)" '1 0 0 0 1 '
	judge_all
	touch "$src/web/a/3.json"
	is 'another time is another state' "$(counts)" '17 8 8 0 1 '
	judge_all
	is 'judged again' "$(counts)" '17 9 8 0 0 '
	echo '{"type": ["object", "integer"]}' >"$src/s.json"
	is 'another schema' "$(status unchecked)" 9
	judge_all
	is 'judged by it' "$(counts)" '17 10 7 0 0 '
	ln -s nowhere "$src/web/a/link"
	is 'a link that dangles' "$(status warning) $(status files)" '1 18'
	echo 1 >"$src/web/a/nowhere"
	is 'no more' "$(status warning) $(status files)" '0 18'
	printf 'ignore: ["web/a/"]\n' >"$src/.cfgfs.yaml"
	is 'what is excluded is one' "$(status files)" 10
	is 'and is told of itself' "$(t sed -n 's/^files //p' "$mnt/web/a/.status")" 9
	judge_all
	is 'all is well again' "$(status unchecked)" 0
	unmount
	rm -rf "$src"/* "$src/.cfgfs.yaml"
}

# An edit is told of under one name of the file.
check_shared() {
	mkdir "$src/web"
	echo 'a: 1' >"$src/b.yaml"
	ln "$src/b.yaml" "$src/web/notes.txt"
	mount_source -o coherence=$coherence
	scan() { status scan; }
	becomes complete scan
	judge_all
	is 'a file of two names' "$(counts)" '2 1 0 1 0 '
	echo 'a: [1' >"$src/web/notes.txt"
	is 'both names are in doubt' "$(counts)" '2 0 0 0 2 '
	judge_all
	is 'both are judged' "$(counts)" '2 0 1 1 0 '
	unmount
	rm -rf "$src"/*
}

for coherence in fast strict; do
	check_counts
	check_shared
done
