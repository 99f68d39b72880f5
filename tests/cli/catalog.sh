#!/bin/sh
# Schemas by URL and by file name: --map, --catalog and what says the same in
# .cfgfs.yaml.
. "$(dirname "$0")/lib.sh"
site=https://www.schemastore.org
mkdir -p "$work/store/schemas" "$work/more"
cat >"$work/store/catalog.json" <<END
{"schemas": [
 {"name": "App", "url": "$site/app.json", "fileMatch": ["app.yaml"]},
 {"name": "One", "url": "$site/one.json", "fileMatch": ["two.json"]},
 {"name": "Two", "url": "$site/two.json", "fileMatch": ["two.json"]},
 {"name": "Gone", "url": "$site/gone.json", "fileMatch": ["gone.toml"]}
]}
END
echo '{"properties": {"port": {"$ref": "port.json"}}}' >"$work/store/schemas/app.json"
echo '{"type": "integer"}' >"$work/store/schemas/port.json"
echo '{"required": ["name"]}' >"$work/more/a.json"
mkdir "$src/d"
echo 'port: eighty' >"$src/d/app.yaml"
echo '{}' >"$src/two.json"
echo 'a = 1' >"$src/gone.toml"
echo '{"$schema": "https://example.com/s/a.json"}' >"$src/named.json"

run 'without' 2 check "$src"
says 'what to do' "named.json:1:13: error: the schema 'https://example.com/s/a.json' is named by a URL and nothing is fetched; say with --map" "$work/out"
run 'with both' 1 check --catalog "$work/store" --map "https://example.com/s=$work/more" -f concise "$src"
says 'by name' "d/app.yaml:1:7: error: expected integer" "$work/out"
says 'by URL' "named.json:1:1: error: missing required key 'name'" "$work/out"
says 'ambiguous' "two.json:1:1: warning: .* in the file: $site/one.json, $site/two.json \[schema/ambiguous\]" "$work/out"
says 'not kept' "gone.toml:1:1: info: not held against $site/gone.json" "$work/out"
cp "$work/out" "$work/first"
run 'from the cache' 1 check --catalog "$work/store" --map "https://example.com/s=$work/more" -f concise "$src"
cmp "$work/first" "$work/out" || fail 'the cache changes an answer'
run 'without again' 2 check "$src"
says 'the cache knows the difference' "named.json:1:13: error: .* nothing is fetched" "$work/out"

run 'explain' 0 explain --catalog "$work/store" "$src/d/app.yaml" --root "$src"
says 'where it came from' "^  schema  *$site/app.json (catalog: App)" "$work/out"
run 'explain what is ambiguous' 0 explain --catalog "$work/store" "$src/two.json"
says 'the candidates' "^  ambiguous  *2 in the catalog" "$work/out"
run 'judged' 1 check --catalog "$work/store" "$src/d"
run 'explain what is judged' 0 explain --catalog "$work/store" "$src/d/app.yaml"
says 'the file behind a URL' "$site/port.json = $work/store/schemas/port.json" "$work/out"

# The same said by the tree.
cp -R "$work/store" "$work/more" "$src"
cat >"$src/.cfgfs.yaml" <<END
catalog: store
map: {"https://example.com/s/": more}
ignore: [store/, more/]
schemas:
- {files: [two.json], schema: "$site/app.json"}
- {files: ["*.json"], schema: none}
END
run 'by the configuration' 1 check -f concise "$src"
says 'by name' "d/app.yaml:1:7: error: expected integer" "$work/out"
says 'by URL' "named.json:1:1: error: missing required key 'name'" "$work/out"
grep -q two.json "$work/out" && fail 'the choice counts'
run 'explain' 0 explain "$src/two.json"
says 'the first entry counts' '^  schema .*(.cfgfs.yaml:5' "$work/out"
says 'the second does not' '^  not used  *.cfgfs.yaml:6 (\*.json): another' "$work/out"
echo '{' >"$src/store/catalog.json"
run 'a broken catalog' 2 check "$src"
says 'where' "cannot read 'catalog.json': line 2, column 1" "$work/err"

run 'no such folder' 2 check --map "https://x/=$work/none" "$src"
says 'which' "cfgfs: --map: cannot use the folder '$work/none'" "$work/err"
run 'no map' 2 check --map "$work/more" "$src"
says 'how' 'URLPREFIX=DIR' "$work/err"
run 'no catalog' 2 check --catalog "$work/more" "$src"
says 'what is missing' "cannot read '$work/more/catalog.json'" "$work/err"

# The real one, if it is at hand.
[ -r "${CFGFS_SUITES:-}/schemastore/catalog.json" ] || exit 0
store=$CFGFS_SUITES/schemastore
mkdir "$work/real"
cp -R "$store/test/." "$work/real"
chmod -R u+w "$work/real"
run 'real files by their names' 2 check --catalog "$store" -f json "$work/real"
matched=$(grep -c '"schema": "http' "$work/out")
[ "$matched" -gt 150 ] || fail "only $matched real files have a schema"
