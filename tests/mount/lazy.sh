#!/bin/sh
# stat, readdir and open validate nothing; the first read does, once.
. "$(dirname "$0")/lib.sh"
mkdir "$src/d"
for i in 1 2 3; do echo "{\"i\": $i}" >"$src/d/$i.json"; done
mount_source
counts() { echo "$(status valid) $(status unchecked) $(status cache.misses)"; }
is 'nothing is judged' "$(counts)" '0 3 0'
t ls -lR "$mnt" >/dev/null
t find "$mnt" -type f -size -100 >/dev/null
t stat "$mnt/d/1.json" >/dev/null
t test -r "$mnt/d/1.json"
t sh -c ": <'$mnt/d/1.json'"
is 'still nothing is judged' "$(counts)" '0 3 0'
t cat "$mnt/d/1.json" >/dev/null
becomes '1 2 1' counts # a read judges one
t cat "$mnt/d/1.json" "$mnt/d/1.json" >/dev/null
is 'once' "$(counts)" '1 2 1'
cp "$src/d/1.json" "$src/d/copy.json"
t cat "$mnt/d/copy.json" >/dev/null
becomes '2 2 1' counts # the same bytes are not judged again
t cat "$mnt/.report" >/dev/null
is 'a report judges the rest' "$(counts)" '4 0 3'
unmount

# The kernel never asks for the bytes of an empty file: to open it is to read
# it, where openings are asked for at all.
: >"$src/d/empty.json"
mount_source
t cat "$mnt/d/empty.json"
is 'an empty file is unchecked' "$(t sed -n 's/^state //p' "$mnt/d/empty.json.status")" unchecked
t cat "$mnt/d/empty.json.report" >/dev/null
is 'until it is reported' "$(t sed -n 's/^state //p' "$mnt/d/empty.json.status")" invalid
unmount
mount_source -o coherence=strict
is 'an empty file is unchecked' "$(status unchecked)" 5
t cat "$mnt/d/empty.json"
is 'until it is read' "$(t sed -n 's/^state //p' "$mnt/d/empty.json.status")" invalid
rm "$src/d/empty.json"
unmount
mount_source
is 'a new mount has judged nothing' "$(counts)" '0 4 0'
t cat "$mnt/d/1.json" >/dev/null
becomes '1 3 0' counts # but it finds the verdict
unmount
