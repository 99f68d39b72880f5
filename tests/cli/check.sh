#!/bin/sh
# Exit statuses, output formats and options of `cfgfs check`.
. "$(dirname "$0")/lib.sh"
cp -R "${EXAMPLES:?}/." "$src"

run 'a tree with mistakes' 1 check "$src"
says 'line and column' '/web/admin.yaml:5:9: error: expected integer, got string \[schema/type\]' "$work/out"
says 'the nearest name' "unknown key 'databse'; did you mean 'database'?" "$work/out"
says 'pointer and schema' 'at /server/port, asked by schemas/service.json#' "$work/out"
says 'the second document' '/deploy/cluster.yaml:15:13: error' "$work/out"
says 'a summary' '^19 files: .* invalid' "$work/out"
grep -q 'verbose\|54320000\|8081' "$work/out" && fail 'a value is shown'
run 'again' 1 check "$src"
says 'from the cache' '(17 from the cache' "$work/out"
run 'a clean file' 0 check "$src/web/shop.yaml"
run 'an invalid file' 1 check "$src/web/admin.yaml"
says 'only that file' '^1 file: 1 invalid' "$work/out"
run 'its folder as the root: no schema' 0 check "$src/db"
run 'its folder in the tree' 1 check --root "$src" "$src/db"
run 'several paths' 1 check "$src/web/shop.yaml" "$src/db/replica.ini"
says 'both' '^2 files: 1 valid, 1 invalid' "$work/out"
run 'one that does not exist' 2 check "$src/web/shop.yaml" "$src/none"
says 'it is said' "cannot check '.*/none': No such file" "$work/err"
run 'syntax alone' 0 check -l fast "$src/db/replica.ini"
run 'not built yet' 2 check -l thorough "$src"
says 'it is said' 'not available yet' "$work/err"
run 'no such level' 2 check -l deep "$src"
run 'no such format' 2 check -f yaml "$src"
run 'no such option' 2 check --colour "$src"
run 'nothing to count' 2 check -j 0 "$src"
mkdir "$work/empty"
run 'an empty folder' 0 check "$work/empty"
says 'counted' '^0 files' "$work/out"

# From the folder itself: paths lead there from where one stands.
cd "$src" || exit 1
run 'the working directory' 1 check -f concise
says 'relative paths' '^web/admin.yaml:5:9: error: ' "$work/out"
cd web || exit 1
run 'from below' 1 check -f concise admin.yaml
says 'relative to here' '^admin.yaml:5:9: error: ' "$work/out"
run 'sideways' 1 check -f concise ../db/replica.ini
says 'relative to here' '^../db/replica.ini:3:8: error: ' "$work/out"
cd "$work" || exit 1

# A schema of the command line, below the root and elsewhere.
run 'another schema' 1 check -s "$src/schemas/database.json" "$src/web/shop.yaml"
says 'asked by it' 'asked by schemas/database.json#' "$work/out"
cp "$src/schemas/service.json" "$work/mine.json"
run 'a schema outside the tree' 1 check -s "$work/mine.json" "$src/web/admin.yaml"
says 'asked by it' "asked by $work/mine.json#" "$work/out"
run 'a schema that is not there' 2 check -s "$work/none.json" "$src/web/shop.yaml"
run 'a schema for every file' 1 check --require-schema "$src/deploy/compose.yaml"

echo 'a: yes' >"$work/w.yaml"
run 'a warning' 0 check "$work/w.yaml"
run 'warnings count' 1 check --fail-on warning "$work/w.yaml"

# Standard input.
printf 'a: [1\n' | run 'broken input' 1 check -
says 'its name' '^-:2:1: error' "$work/out"
printf '{"a": 1}' | run 'JSON input' 0 check -
printf 'a = 1\n' | run 'named input' 0 check --as x.toml -
printf 'a = = 1\n' | run 'named input' 1 check --as x.toml -
printf 'name: x\n' | run 'input with the schema of its name' 1 check --root "$src" --as web/new.yaml -
says 'what is missing' "missing required key 'server'" "$work/out"

# Several outputs at once; JSON that JSON readers read.
run 'two formats' 1 check -f concise -f json="$work/report.json" "$src"
says 'the first' '/web/features.json:3:44: error' "$work/out"
run 'the report is JSON' 0 check "$work/report.json"
says 'version' '^{"version": 1, "summary": {"files": 19, ' "$work/report.json"
says 'finding' '"severity": "error", "rule": "schema/type", "doc": 0, "line": 5, "col": 9, "pointer": "/server/port"' "$work/report.json"
run 'nowhere to write' 2 check -f json="$work/none/report.json" "$src"
if [ -w /dev/full ]; then
	"$cfgfs" check "$src" >/dev/full 2>"$work/err"
	is 'results that cannot be written' $? 2
	"$cfgfs" status "$src" >/dev/full 2>"$work/err"
	is 'a status that cannot be written' $? 2
fi

# Nobody reads the output to the end: what was found out is kept all the same.
rm -rf "$work/cache"
"$cfgfs" check -f concise "$src" 2>/dev/null | true
run 'after a broken pipe' 1 check "$src"
says 'from the cache' '(17 from the cache' "$work/out"

# status and explain.
run 'status of a tree' 1 status "$src"
says 'state' '^.*: degraded' "$work/out"
run 'status of a file' 1 status "$src/web/admin.yaml"
says 'state' 'admin.yaml: invalid' "$work/out"

# Where the time went.
run 'the profile of a check' 1 check --profile --no-cache "$src"
says 'the bottleneck in words' '^[0-9]* % in [a-z].* of [^ ]* s); the 3 slowest of [0-9]* files' "$work/err"
for phase in open read hash parse.yaml parse.json compile schema; do
	says 'each phase' "^$phase  *[1-9]" "$work/err"
done
says 'each schema' '[1-9]  schemas/service.json$' "$work/err"
says 'files' '  web/admin.yaml$' "$work/err"
run 'nothing is validated for a status' 1 status --profile "$src"
says 'what it took' '^look-up.disk  *[1-9]' "$work/out"
grep -q '^parse' "$work/out" && fail 'a status has validated something'

run 'explain' 0 explain "$src/web/admin.yaml"
says 'format' '^  format  *yaml' "$work/out"
says 'schema' '^  schema  *schemas/service.json (.cfgfs.yaml:4' "$work/out"
says 'cached' '^  cached  *yes (disk)' "$work/out"
says 'what it rests on' '^  rests on  *schemas/service.json' "$work/out"
echo '{}' >"$src/schemas/service.json"
run 'explain' 0 explain "$src/web/admin.yaml"
says 'why it is not cached' '^  cached  *no: schemas/service.json changed' "$work/out"
printf 'checks:\n  - {id: nginx, files: ["web/*"], run: ["nginx", "-t"]}\n' >"$src/.cfgfs.yaml"
run 'explain commands of the tree' 0 explain "$src/web/admin.yaml"
says 'that they are not run' '^  checks  *1 in .cfgfs.yaml: skipped, untrusted' "$work/out"
run 'what is not there' 2 explain "$src/none"
run 'help' 0 --help
grep -q cache "$work/out" && fail 'the short help is short'
run 'all help' 0 help --all
says 'all commands' '^  cache' "$work/out"
run 'no command' 2
run 'no such command' 2 chek
