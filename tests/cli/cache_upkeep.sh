#!/bin/sh
# cfgfs cache: look at the store, verify, tidy and forget, as users type it.
. "$(dirname "$0")/lib.sh"
cp -R "${EXAMPLES:?}/." "$src"
cache=$work/cache/cfgfs

# value KEY: of the statistics printed last.
value() { sed -n "s/^$1 //p" "$work/out"; }
entries() {
	run 'stats' 0 cache stats
	value entries
}
fill() { run 'fill' 1 check "$src"; }
cached() {
	fill
	sed -n 's/.*(\([0-9]*\) from the cache.*/\1/p' "$work/out"
}

# Where there is no cache there is nothing to do, and none is made.
for words in 'stats' 'verify' 'gc --max-size 1M' 'clear' "invalidate $src"; do
	# shellcheck disable=SC2086
	run "none: $words" 0 cache $words
	says 'it is said' 'there is no cache in .*/cfgfs yet' "$work/err"
done
head -c 32 /dev/urandom >"$work/key"
run 'none: export' 2 cache export --key-file "$work/key" "$work/archive"
[ -e "$cache" ] && fail 'a look made the cache'
run 'none: as JSON' 0 cache stats -f json
cp "$work/out" "$work/stats"
run 'JSON that cfgfs can read' 0 check --no-cache --as a.json - <"$work/stats"

# What is asked wrongly is told, and nothing is done.
fill
for words in '' 'statistics' 'stats more' 'stats --repair' 'verify -f json' \
	'gc --max-size 0' 'gc --max-size 1X' 'gc --max-size -5' \
	'gc --max-age soon' 'gc --unreferenced' "gc $src" 'invalidate' \
	'invalidate --hash 12' 'invalidate --hash XYZXYZXYZ' \
	'stats -f xml' 'warm' 'invalidate /nowhere/at/all'; do
	# shellcheck disable=SC2086
	run "cache $words" 2 cache $words
	[ -s "$work/err" ] || fail "cache $words: nothing is said"
done
run 'an option of another action' 2 cache stats --repair
says 'which' "--repair does not belong to 'cache stats'" "$work/err"
run 'help' 0 cache --help
cp "$work/out" "$work/help"
run 'help the other way' 0 help cache
cmp -s "$work/out" "$work/help" || fail 'help cache is another than cache --help'
run 'help of an action' 0 cache gc --help
says 'what to do' '--max-age AGE' "$work/out"
is 'nothing was lost' "$(entries)" 17

# Statistics of all runs.
cached >/dev/null
run 'stats' 0 cache stats
is 'hits by tier add up' "$(($(value hits.memory) + $(value hits.disk)))" \
	"$(value hits)"
# Files that were just written are read once more.
was_unread() {
	fill
	run 'stats' 0 cache stats
	[ "$(value hits.index)" -gt 0 ]
}
left=200
until was_unread; do
	left=$((left - 1))
	[ $left -gt 0 ] || fail 'files are read although they are unchanged'
	sleep 0.05
done
before=$(value hits.index)
hits=$(value hits)
run 'read all the same' 1 check --rehash "$src"
run 'stats' 0 cache stats
is 'those were read' "$(value hits.index)" "$before"
is 'and are hits' "$(value hits)" $((hits + 17))
is 'it says where' "$(value directory)" "$cache"
[ "$(value oldest)" -gt 1600000000 ] || fail 'the age of the oldest'
[ "$(value newest)" -ge "$(value oldest)" ] || fail 'the age of the newest'
is 'the file has a size' "$(value file_bytes)" "$(stat -c %s "$cache/data.mdb")"
run 'as JSON' 0 cache stats -f json
says 'a member' '"entries": 17,' "$work/out"
cp "$work/out" "$work/stats"
run 'JSON that cfgfs can read' 0 check --no-cache --as a.json - <"$work/stats"

# Every record is looked at; what is bad is told, and dropped when asked for.
run 'verify' 0 cache verify
says 'all are good' '^17 records: 17 good, 0 bad$' "$work/out"
# Old pages hold copies of it, so all of them are damaged.
places=$(grep -obUa 'trailing comma' "$cache/data.mdb" | cut -d: -f1)
[ -n "$places" ] || fail 'where is the record?'
for at in $places; do
	printf 'T' | dd of="$cache/data.mdb" bs=1 seek="$at" conv=notrunc 2>/dev/null
done
run 'verify a damaged record' 1 cache verify
says 'one is bad' '^17 records: 16 good, 1 bad$' "$work/out"
says 'which way' 'damaged  *1' "$work/out"
run 'repair' 0 cache verify --repair
run 'verify after the repair' 0 cache verify
says 'it is gone' '^16 records: 16 good, 0 bad$' "$work/out"
is 'and is made anew' "$(cached)" 16

# Forgetting some: the others stay.
run 'by file' 0 cache invalidate "$src/web/shop.yaml"
says 'one' '^forgot 1 verdict$' "$work/out"
is 'the others are there' "$(cached)" 16
run 'again' 0 cache invalidate "$src/web/shop.yaml"
run 'by a rule that is none' 0 cache invalidate --rule schema/typ
says 'that it is none' "no rule is named 'schema/typ'" "$work/err"
run 'by a schema that is none' 0 cache invalidate --schema none.json
says 'where to look' "no verdict rests on 'none.json'.*explain" "$work/err"
run 'by a rule that was not broken' 0 cache invalidate --rule xml/namespace
[ -s "$work/err" ] && fail 'it is a rule'
run 'and again' 0 cache invalidate "$src/web/shop.yaml"
says 'none is left' '^forgot 0 verdicts$' "$work/out"
fill
files=$(find "$src/web" -type f -name '*.yaml' | wc -l)
run 'by pattern' 0 cache invalidate "$src/web/*.yaml"
says 'as many as there are' "^forgot $files verdicts" "$work/out"
fill
hash=$("$cfgfs" explain "$src/web/shop.yaml" | grep -o '[0-9a-f]\{64\}' | head -n 1)
run 'by hash' 0 cache invalidate --hash "$hash"
says 'one' '^forgot 1 verdict$' "$work/out"
fill
run 'by the first digits' 0 cache invalidate \
	--hash "$(printf '%.10s' "$hash")"
says 'one' '^forgot 1 verdict$' "$work/out"
fill
run 'by rule' 0 cache invalidate --rule syntax/json
says 'that one finding' '^forgot [1-9][0-9]* verdict' "$work/out"
fill
run 'by rules' 0 cache invalidate --rule 'schema/*'
says 'some' '^forgot [1-9][0-9]* verdict' "$work/out"
fill
run 'by schema' 0 cache invalidate --schema "$src/schemas/service.json"
says 'some' '^forgot [1-9][0-9]* verdict' "$work/out"
[ "$(cached)" -lt 17 ] || fail 'nothing was forgotten'
[ "$(cached)" = 17 ] || fail 'it is known again'

# Tidying: what no file needs, what is old, what is too much.
run 'nothing to do' 0 cache gc
says 'none' '^dropped 0 verdicts, kept 17$' "$work/out"
mv "$src/web/shop.yaml" "$work/away"
run 'what no file needs' 0 cache gc --unreferenced "$src"
says 'one' '^dropped 1 verdict, kept 16$' "$work/out"
mv "$work/away" "$src/web/shop.yaml"
is 'it was the right one' "$(cached)" 16
run 'unreferenced, nowhere' 2 cache gc --unreferenced /nowhere/at/all
is 'nothing was lost for it' "$(entries)" 17
run 'what is old' 0 cache gc --max-age 1w
says 'none' '^dropped 0 verdicts, kept 17$' "$work/out"
run 'what is too much' 0 cache gc --max-size 4K
says 'most' '^dropped 1[0-9] verdicts, kept [1-9]$' "$work/out"
before=$(sed -n 's/^file: .* was //p' "$work/out")
after=$(sed -n 's/^file: \([0-9]*\) .*/\1/p' "$work/out")
[ "$after" -lt "$before" ] || fail "the file is as large: $after, $before"
is 'the file is as said' "$(stat -c %s "$cache/data.mdb")" "$after"
is 'and private' "$(stat -c %a "$cache/data.mdb")" 600
run 'verify what is left' 0 cache verify
is 'evictions are counted' "$(run s 0 cache stats && value evictions)" \
	$((17 - $(entries)))

# Warming makes what is not known, and says how much.
run 'clear' 0 cache clear
run 'warm a file' 0 cache warm "$src/web/shop.yaml"
says 'one' '^1 made, 0 known, 0 that are not kept$' "$work/out"
run 'warm a tree' 0 cache warm -j 2 "$src"
says 'the others' '^16 made, 1 known' "$work/out"
run 'warm again' 0 cache warm "$src"
says 'all' '^0 made, 17 known' "$work/out"
run 'warm a pattern' 0 cache warm --root "$src" "$src/web/**/*.yaml"
says 'all' "^0 made, $files known" "$work/out"
is 'a check finds them' "$(cached)" 17
run 'warm nothing' 2 cache warm "$src/no such file"
exit 0
