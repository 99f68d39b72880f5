#!/bin/sh
# Every way of reading a file through the mount gives the source's bytes.
. "$(dirname "$0")/lib.sh"
mkdir -p "$src/web/deep/er"
echo '{"port": 8080}' >"$src/web/shop.json"
printf 'one\ntwo\nthree\n' >"$src/web/deep/er/list.txt"
: >"$src/empty.json"
printf '{"big": ["%0200000d"]}\n' 7 >"$src/big.json"
head -c 3000000 /dev/urandom >"$src/random.bin"
echo 'not { json' >"$src/broken.json"
mount_source

for file in web/shop.json web/deep/er/list.txt empty.json big.json random.bin \
	broken.json; do
	holds "cat $file" t cmp "$src/$file" "$mnt/$file"
	sum=$(t "$helper" mmap "$mnt/$file" | cksum)
	is "mmap $file" "$sum" "$(cksum <"$src/$file")"
	is "wc -c $file" "$(t wc -c <"$mnt/$file")" "$(wc -c <"$src/$file")"
	is "stat $file" "$(t stat -c '%s %a %u %g %Y %i %h' "$mnt/$file")" \
		"$(stat -c '%s %a %u %g %Y %i %h' "$src/$file")"
done
is 'head' "$(t head -n 1 "$mnt/web/deep/er/list.txt")" one
is 'tail -n' "$(t tail -n 1 "$mnt/web/deep/er/list.txt")" three
is 'tail -c' "$(t tail -c 6 "$mnt/web/deep/er/list.txt")" three
is 'grep -r' "$(cd "$mnt" && t grep -rl port .)" ./web/shop.json
is 'grep -c' "$(t grep -c t "$mnt/web/deep/er/list.txt")" 2
is 'dd from the middle' \
	"$(t dd if="$mnt/random.bin" bs=777 skip=1000 count=9 2>/dev/null | cksum)" \
	"$(dd if="$src/random.bin" bs=777 skip=1000 count=9 2>/dev/null | cksum)"
holds 'cp -a' t cp -a "$mnt" "$work/copy"
holds 'the copy is the source' diff -r "$src" "$work/copy"
holds 'tar' sh -c "timeout -s KILL 30 tar -C '$mnt' -cf '$work/tar' ."
mkdir "$work/untarred"
tar -C "$work/untarred" -xf "$work/tar"
holds 'the archive is the source' diff -r "$src" "$work/untarred"
is 'find lists what is there and nothing else' \
	"$(cd "$mnt" && t find . | sort)" "$(cd "$src" && find . | sort)"
is 'ls of 2,000 names' "$(mkdir "$src/many" &&
	(cd "$src/many" && seq 2000 | sed 's/$/.json/' | xargs touch) &&
	t ls -U "$mnt/many" | sort | cksum)" "$(ls "$src/many" | sort | cksum)"
is 'a file that is not there' "$(t cat "$mnt/none" 2>&1)" \
	"cat: $mnt/none: No such file or directory"
is 'a file taken for a directory' "$(t cat "$mnt/big.json/x" 2>&1)" \
	"cat: $mnt/big.json/x: Not a directory"
is 'statfs' "$(t stat -f -c %b "$mnt")" "$(stat -f -c %b "$src")"
unmount
