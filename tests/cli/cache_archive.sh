#!/bin/sh
# Verdicts travel in a signed archive: what is not exactly as it was written,
# or by whom, is not taken.
. "$(dirname "$0")/lib.sh"
cp -R "${EXAMPLES:?}/." "$src"
key=$work/key
archive=$work/archive
head -c 32 /dev/urandom >"$key"
head -c 32 /dev/urandom >"$work/other-key"
head -c 31 /dev/zero >"$work/short-key"
run 'fill' 1 check "$src"

run 'export' 0 cache export --key-file "$key" "$archive"
says 'all' '^exported 17 verdicts$' "$work/out"
is 'it is private' "$(stat -c %a "$archive")" 600
is 'and alone' "$(find "$work" -name 'archive*' | wc -l)" 1
run 'import where it is known' 0 cache import --key-file "$key" "$archive"
says 'nothing new' '^imported 0, already there 17$' "$work/out"

# refused WHAT WHY ARGUMENT...: it ends with 2, says why and changes nothing.
refused() {
	_why=$2
	_named=$1
	shift 2
	run "$_named" 2 cache "$@"
	says "$_named" "$_why" "$work/err"
	run "$_named" 0 cache stats
	says "$_named: nothing imported" '^entries 0$' "$work/out"
}
run 'clear' 0 cache clear
refused 'no key' '--key-file' import "$archive"
refused 'a short key' 'shorter than 32' import --key-file "$work/short-key" "$archive"
refused 'no such key' 'cannot read the key' import --key-file "$work/no" "$archive"
refused 'another key' 'another key' import --key-file "$work/other-key" "$archive"
refused 'no file' 'name the one file' import --key-file "$key"
refused 'no such file' 'No such file' import --key-file "$key" "$work/no"
size=$(stat -c %s "$archive")
for cut in 0 1 15 16 20 51 52 100 $((size / 2)) $((size - 32)) $((size - 1)); do
	head -c "$cut" "$archive" >"$work/cut"
	refused "cut to $cut" 'cut short\|changed since' import --key-file "$key" "$work/cut"
done
(cat "$archive" && echo) >"$work/longer"
refused 'something behind it' 'changed since' import --key-file "$key" "$work/longer"
for at in 0 15 17 25 80 $((size / 2)) $((size - 1)); do
	cp "$archive" "$work/changed"
	old=$(od -An -tu1 -j "$at" -N 1 "$archive" | tr -d ' ')
	# shellcheck disable=SC2059
	printf "\\$(printf %o $(((old + 1) % 256)))" |
		dd of="$work/changed" bs=1 seek="$at" conv=notrunc 2>/dev/null
	refused "a change at $at" 'no archive\|changed since' import --key-file "$key" "$work/changed"
done
head -c 100000 /dev/urandom >"$work/garbage"
refused 'garbage' 'no archive' import --key-file "$key" "$work/garbage"

run 'import' 0 cache import --key-file "$key" "$archive"
says 'all' '^imported 17, already there 0$' "$work/out"
run 'verify' 0 cache verify
says 'all are good' '17 good, 0 bad' "$work/out"
run 'a check' 1 check "$src"
says 'they are of use' '(17 from the cache' "$work/out"

# Only what some files need.
run 'export one' 0 cache export --key-file "$key" "$archive" "$src/web/shop.yaml"
says 'one' '^exported 1 verdict$' "$work/out"
run 'clear' 0 cache clear
run 'import one' 0 cache import --key-file "$key" "$archive"
says 'one' '^imported 1, already there 0$' "$work/out"
run 'export where nobody may write' 2 cache export --key-file "$key" /proc/archive
says 'it is told' 'cannot write' "$work/err"
exit 0
