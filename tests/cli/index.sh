#!/bin/sh
# The stat index spares reading what is unchanged and never changes an answer:
# with it, with --rehash and without a cache check says the same after any edit.
. "$(dirname "$0")/lib.sh"
cp -R "${EXAMPLES:?}/." "$src"
printf 'x = 1\n' >"$src/plain"
printf 'a\0b' >"$src/data"
printf '# vim: set ft=toml :\nx = 1\nx = 2\n' >"$src/modeline.conf"

# noted FILE: wait until a check lets the index answer for this file.
noted() {
	_tries=0
	until "$cfgfs" explain "$src/$1" | grep -q 'stat index *used'; do
		_tries=$((_tries + 1))
		[ $_tries -lt 2000 ] || fail "the index never answers for $1"
		"$cfgfs" check -f concise "$src" >/dev/null
	done
}
# answer FILE OPTION...: findings and states without where they came from.
answer() {
	_to=$1
	shift
	"$cfgfs" check -f json "$@" "$src" >"$work/$_to.all" 2>"$work/err"
	echo "exit $?" >"$work/$_to"
	sed 's/"cached": [a-z]*, "usec": [0-9]*/-/g; s/"seconds": [0-9.]*/-/; s/"cached": [0-9]*/-/' \
		"$work/$_to.all" >>"$work/$_to"
}
# same WHAT: three ways, one answer.
same() {
	answer indexed
	answer hashed --rehash
	answer judged --no-cache
	grep -q '"files"' "$work/judged" || fail "$1: no answer"
	[ -s "$work/err" ] && fail "$1: something is wrong"
	cmp -s "$work/indexed" "$work/judged" || fail "$1: the index answers: $(diff "$work/indexed" "$work/judged")"
	cmp -s "$work/hashed" "$work/judged" || fail "$1: --rehash answers: $(diff "$work/hashed" "$work/judged")"
}
"$cfgfs" check "$src" >/dev/null
"$cfgfs" explain "$src/web/shop.yaml" >"$work/out"
if grep -q 'not used: its filesystem' "$work/out"; then
	echo 'this filesystem is not indexed'
	exit 77
fi

same 'at first'
noted web/shop.yaml
noted plain
noted data
same 'all noted'

# Each edit twice: while the times are fresh, and when they have settled.
edit() {
	_what=$1
	shift
	"$@"
	same "$_what"
	noted "${seen:-web/shop.yaml}"
	same "$_what, noted"
}
shop=$src/web/shop.yaml
cp -p "$shop" "$work/shop"
same_size() {
	sed -i 's/^name: shop/name: sh: p/' "$shop"
	printf '\t' | dd of="$shop" bs=1 seek=3 conv=notrunc 2>/dev/null
}
restored() {
	printf 'name: [\n' | dd of="$shop" bs=1 conv=notrunc 2>/dev/null
	touch -r "$work/shop" "$shop"
}
swap() {
	mv "$shop" "$src/web/swap.yaml"
	mv "$src/web/admin.yaml" "$shop"
	mv "$src/web/swap.yaml" "$src/web/admin.yaml"
}
copy_over() { cp "$src/web/admin.yaml" "$shop"; }
exchanged() {
	cp -p "$src/web/admin.yaml" "$src/web/new"
	touch -r "$shop" "$src/web/new"
	mv "$src/web/new" "$shop"
}
elsewhere() { ln "$src/web/admin.yaml" "$src/admin-of-root.yaml"; }
through_link() { echo 'port: x' >>"$src/admin-of-root.yaml"; }
other_name() { ln "$src/web/admin.yaml" "$src/web/admin.txt"; }
as_json() { ln "$src/web/shop.yaml" "$src/web/shop2.json"; }
schema() { sed -i 's/65535/79/' "$src/schemas/service.json"; }
ignoring() { sed -i 's,^ignore: .*,ignore: ["db/**"],' "$src/.cfgfs.yaml"; }
formats() { printf 'formats:\n  - {files: [plain], format: toml}\n' >>"$src/.cfgfs.yaml"; }
emptied() { : >"$shop"; }
unreadable() { chmod 0 "$shop"; }
future() {
	cp "$work/shop" "$shop"
	chmod 644 "$shop"
	touch -d '2099-01-01' "$shop"
}
edit 'the same size' same_size
edit 'copied back, with its times' cp -p "$work/shop" "$shop"
edit 'other bytes, the same size and times' restored
edit 'two files swapped' swap
edit 'copied over' copy_over
edit 'another file with the same mtime' exchanged
edit 'a hard link where another plan rules' elsewhere
edit 'written through a hard link' through_link
edit 'a hard link without a format' other_name
edit 'a hard link of another format' as_json
edit 'a schema' schema
edit 'the configuration leaves out' ignoring
edit 'the configuration gives a format' formats
edit 'emptied' emptied
edit 'a mode' unreadable
future
same 'a time in the future'
"$cfgfs" explain "$shop" >"$work/out"
says 'such a file is never noted' 'stat index *not used: racy' "$work/out"
rm "$shop"
same 'removed'

# What is noted can be seen; what is not, and why.
"$cfgfs" check --rehash "$src" >/dev/null
"$cfgfs" explain "$src/.cfgfs.yaml" >"$work/out"
says 'the configuration' 'stat index *not used: the configuration' "$work/out"
"$cfgfs" cache clear >/dev/null
"$cfgfs" explain "$src/web/admin.yaml" >"$work/out"
says 'after clear' 'stat index *not used: not noted' "$work/out"
same 'after clear'

# Why a verdict is not in the cache.
why() {
	_file=$1
	shift
	run "explain $_file" 0 explain "$@" "$src/$_file"
	sed -n 's/^  cached *//p' "$work/out"
}
is 'after a check' "$(why web/admin.yaml)" 'yes (disk)'
echo '# new' >>"$src/web/admin.yaml"
is 'new bytes' "$(why web/admin.yaml)" 'no: this content was not judged yet'
"$cfgfs" check "$src" >/dev/null
# (A hard link in another folder has a plan of its own.)
differs() {
	why "$@" | head -n 1
	sed -n '/^  cached/,$s/^                *\(.*was\)/\1/p' "$work/out"
}
is 'other options' "$(differs web/admin.yaml -l fast)" \
	'no: this content was judged under 2 other plans; of the nearest
level was standard'
is 'two of them' "$(differs web/admin.yaml -l fast --schema-mode strict)" \
	'no: this content was judged under 2 other plans; of the nearest
level was standard
schema mode was compat'
is 'another schema' "$(differs web/admin.yaml -s "$src/schemas/xpcs.json" | sed 1d)" \
	'schema was schemas/service.json'
cp "$src/.cfgfs.yaml" "$work/config"
sed -i 's,schemas/service.json,schemas/xpcs.json,' "$src/.cfgfs.yaml"
is 'the configuration' "$(differs web/admin.yaml | sed 1d)" \
	'schema was schemas/service.json'
printf 'suppress:\n  - {files: ["web/**"], rules: ["schema/*"], reason: x}\n' >>"$src/.cfgfs.yaml"
differs web/admin.yaml | sed 1d >"$work/parts"
says 'what is suppressed' '^suppressions was on, [0-9a-f]*$' "$work/parts"
cp "$work/config" "$src/.cfgfs.yaml"
is 'as before' "$(why web/admin.yaml)" 'yes (disk)'
echo >>"$src/schemas/xpcs.json"
is 'a schema' "$(why experiment/shear.yaml)" 'no: schemas/xpcs.json changed'
exit 0
