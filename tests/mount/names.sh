#!/bin/sh
# Any name works, and takes one line in a report.
. "$(dirname "$0")/lib.sh"
tab=$(printf 'a\tb.json')
newline=$(printf 'a\nb.json')
escape=$(printf 'a\033[31mb.json')
invalid=$(printf 'a\377b.json')
long=$(printf '%0250d.json' 0)
for name in "$tab" "$newline" "$escape" "$invalid" "$long" ' ' '-rf' '"q".json' \
	'back\slash.json' '...' '*'; do
	echo "{\"x\": 1}" >"$src/$name"
done
mount_source
for name in "$tab" "$newline" "$escape" "$invalid" "$long" ' ' '-rf' '"q".json' \
	'back\slash.json' '...' '*'; do
	holds "cat '$name'" t cmp "$src/$name" "$mnt/$name"
done
is 'all are listed' "$(t find "$mnt" -print0 | sort -z | sed -z "s|^$mnt||" | cksum)" \
	"$(find "$src" -print0 | sort -z | sed -z "s|^$src||" | cksum)"
is 'one line each' "$(t grep -c '^F' "$mnt/.report")" 11
is 'no raw escape' "$(t tr -d -c '\033' <"$mnt/.report" | wc -c)" 0
is 'the status of a strange name' \
	"$(t sed -n 's/^state //p' "$mnt/$newline.status")" valid
is 'a name of 256 bytes' "$(t stat "$mnt/x$long" 2>&1 | sed 's/.*: //')" \
	'File name too long'
is 'the longest name has no companion' "$(t stat "$mnt/$long.status" 2>&1 | sed 's/.*: //')" \
	'File name too long'

# Deep folders.
deep=$src
i=0
while [ $i -lt 60 ]; do
	deep=$deep/folder-number-$i
	i=$((i + 1))
done
mkdir -p "$deep" && echo '{"deep": 1}' >"$deep/x.json"
holds 'deep below' t cmp "$deep/x.json" "$mnt${deep#"$src"}/x.json"
unmount
