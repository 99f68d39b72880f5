#!/bin/sh
# A schema that comes out of the cache says what the compiled one says, and a
# schema that has changed, or what it refers to, is not taken from there.
. "$(dirname "$0")/lib.sh"
mkdir -p "$src/schemas"
cat >"$src/.cfgfs.yaml" <<'END'
schemas:
  - {files: ["app*.json"], schema: schemas/app.json}
ignore: ["schemas/**"]
END
# Only a schema that is large enough has an image.
many=$(seq -f '"word-%g",' 1000)
cat >"$src/schemas/app.json" <<END
{"\$schema": "http://json-schema.org/draft-07/schema#", "type": "object",
 "required": ["name"], "additionalProperties": false,
 "properties": {
  "name": {"type": "string", "pattern": "^[a-z]+(-[a-z]+)*\$"},
  "mode": {"enum": ["fast", "slow", 3]},
  "many": {"enum": [$many 0]},
  "extra": {"\$ref": "later.json"},
  "port": {"\$ref": "port.json#/definitions/port"}}}
END
echo '{"definitions": {"port": {"type": "integer", "maximum": 65535}}}' \
	>"$src/schemas/port.json"
echo '{}' >"$src/schemas/later.json"

# write NUMBER: files that no verdict is known of.
write() {
	echo "{\"name\": \"a\", \"port\": $1}" >"$src/app-good.json"
	echo "{\"name\": \"A-\", \"port\": 9$1, \"mode\": \"fats\", \"q\": $1}" \
		>"$src/app-bad.json"
	printf '{\n "port": "x%s",\n "extra": [1]\n}\n' "$1" >"$src/app-worse.json"
}
# same WHAT NUMBER STATUS: new files get the answer that they get without.
same() {
	write "$2"
	run "$1, no cache" "$3" check --no-cache -f json "$src"
	sed 's/"usec": *[0-9]*//' "$work/out" >"$work/wanted"
	run "$1" "$3" check -f json "$src"
	sed 's/"usec": *[0-9]*//' "$work/out" >"$work/got"
	cmp -s "$work/got" "$work/wanted" ||
		fail "$1: $(diff "$work/wanted" "$work/got")"
}
entries() {
	"$cfgfs" cache stats | sed -n 's/^entries //p'
}
same 'cold' 1000 1
first=$(entries)
same 'with the image' 2000 1
is 'three verdicts more and no image' "$(($(entries) - first))" 3
says 'a suggestion out of the image' 'fast' "$work/got"
same 'with it again' 3000 1
run 'strict' 1 check --schema-mode strict "$src"
is 'another image' "$(($(entries) - first))" 10

# What the schema is made of changes.
sed -i 's/65535/1/' "$src/schemas/port.json"
same 'a file that it refers to' 4000 1
says 'has its say' 'app-good.json' "$work/got"
says 'by its new limit' 'at most 1' "$work/got"
echo '{"type": "object"}' >"$src/schemas/later.json"
same 'another such file' 5000 1
says 'is heard' '/extra' "$work/got"
sed -i 's/"slow", 3/"slow", 4/' "$src/schemas/app.json"
same 'the schema itself' 6000 1
rm "$src/schemas/later.json"
same 'a file that is gone' 7000 2
echo '{}' >"$src/schemas/later.json"
same 'and is there again' 8000 1
echo '{"type": 1}' >"$src/schemas/later.json"
same 'a broken one' 9000 2
same 'is not kept' 9100 2
exit 0
