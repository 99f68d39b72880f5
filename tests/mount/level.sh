#!/bin/sh
# The level of a running mount: what was judged at another one is unchecked,
# read again it is judged at the new one, and nothing of the old one is kept.
. "$(dirname "$0")/lib.sh"
mkdir "$src/schemas"
echo '{"type": "object", "required": ["port"]}' >"$src/schemas/app.json"
printf 'schemas:\n  - {files: ["*.yaml"], schema: schemas/app.json}\n' >"$src/.cfgfs.yaml"
echo 'name: shop' >"$src/app.yaml"
echo 'hello' >"$src/notes.txt"

# set LEVEL
set_level() { t "$cfgfs" ctl "$mnt" "level=$1" || fail "ctl level=$1"; }
read_all() { t cat "$mnt/app.yaml" "$mnt/notes.txt" >/dev/null; }
counts() { echo "$(status level) $(status valid) $(status invalid) $(status skipped) $(status unchecked)"; }

for coherence in auto strict; do
	rm -rf "$work/cache"
	mount_source -o coherence=$coherence
	read_all
	becomes 'standard 0 1 1 2' counts
	set_level fast
	is 'of another level is unchecked, skipped is skipped' "$(counts)" 'fast 0 0 1 3'
	read_all
	becomes 'fast 1 0 1 2' counts
	is 'a report at that level' "$(t grep -c '^D' "$mnt/.report")" 0
	set_level standard
	read_all
	# What the report judged besides: the schema and the configuration.
	becomes 'standard 0 1 1 2' counts
	misses=$(status cache.misses)
	set_level fast
	read_all
	becomes 'fast 3 0 1 0' counts
	is 'it was found in the cache' "$(status cache.misses)" "$misses"
	t "$cfgfs" ctl "$mnt" level=thorough 2>"$work/err"
	is 'a level that is not there' $? 2
	says 'why' 'level thorough is not available yet' "$work/err"
	t "$cfgfs" ctl "$mnt" wait=1s 2>"$work/err"
	is 'what cannot be changed' $? 2
	t "$cfgfs" ctl "$mnt" level=high 2>"$work/err"
	is 'no level' $? 2
	is 'the level stays' "$(status level)" fast
	unmount
done
t "$cfgfs" ctl "$mnt" level=fast 2>"$work/err"
is 'where nothing is mounted' $? 2
