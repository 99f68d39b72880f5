#!/bin/sh
# Bad content is served as it is, judged in bounded time, and the daemon lives.
. "$(dirname "$0")/lib.sh"
many() { head -c "$2" /dev/zero | sed "s/\\x0/$1/g"; }
many '[' 100000 >"$src/deep.yaml"
many '{"a":' 100000 >"$src/deep.json"
many '%TAG !a! b\n' 40000 >"$src/tags.yaml"
{ echo 'a0: &a0 [x, x]'; i=1
  while [ $i -lt 40 ]; do
	echo "a$i: &a$i [*a$((i - 1)), *a$((i - 1))]"
	i=$((i + 1))
  done; } >"$src/bomb.yaml"
printf 'a: \377\376b\n' >"$src/latin.yaml"
printf 'a: b\0c\n' >"$src/nul.yaml"
printf '{"a": 1' >"$src/cut.json"
truncate -s 100M "$src/huge.json"
printf 'schemas:\n  - {files: ["app.yaml"], schema: none-such.json}\n' >"$src/.cfgfs.yaml"
echo 'a: 1' >"$src/app.yaml"
mount_source
for file in deep.yaml deep.json tags.yaml bomb.yaml latin.yaml nul.yaml cut.json \
	huge.json app.yaml .cfgfs.yaml; do
	holds "the bytes of $file" t cmp "$src/$file" "$mnt/$file"
done
state() { t grep -q "" "$mnt/$1.report"; t sed -n 's/^state //p' "$mnt/$1.status"; }
is 'too deep' "$(state deep.yaml)" error
is 'too deep' "$(state deep.json)" error
is 'too many directives' "$(state tags.yaml)" error
is 'aliases are shared' "$(state bomb.yaml)" valid
is 'not UTF-8' "$(state latin.yaml)" invalid
is 'NUL' "$(state nul.yaml)" invalid
is 'cut short' "$(state cut.json)" invalid
is 'too large' "$(state huge.json)" skipped
is 'no schema to be had' "$(state app.yaml)" error
is 'the configuration' "$(status config)" valid

# It breaks, and is mended, while mounted.
# Written aside: a moment in which it is empty would be a good one.
echo 'schemas: [{fils: 1}]' >"$work/broken" && mv "$work/broken" "$src/.cfgfs.yaml"
is 'a broken configuration' "$(status config) $(status state)" 'invalid degraded'
t grep -q "^D.error..cfgfs.yaml.0.1.12.*unknown key 'fils'" "$mnt/.report" ||
	fail 'the report says where'
is 'the last good one counts' "$(state app.yaml)" error
echo 'schemas: [{files: [app.yaml], schema: app.json}]' >"$src/.cfgfs.yaml"
is 'mended' "$(status config)" valid
echo '{"required": ["b"]}' >"$src/app.json"
is 'the schema is there now' "$(state app.yaml)" invalid
echo '{"required": ["a"]}' >"$src/app.json"
is 'and is another now' "$(state app.yaml)" valid
echo '{"required": ' >"$src/app.json"
is 'and is broken now' "$(state app.yaml)" error

# A file that grows and shrinks under its readers, and one that comes and goes.
(i=0
while [ $i -lt 200 ]; do
	printf '[%0*d]' $((i * 37 % 5000 + 1)) 0 >"$src/busy.json"
	rm -f "$src/fleeting.json"
	echo '{}' >"$src/fleeting.json"
	i=$((i + 1))
done) &
writer=$!
while is_alive $writer; do
	t cat "$mnt/busy.json" "$mnt/fleeting.json" >/dev/null 2>&1
	t cat "$mnt/.report" >"$work/report"
	is 'one record a line' "$(grep -cv '^[#FDP]' "$work/report")" 0
done
wait $writer
holds 'at the end it is as in the source' t cmp "$src/busy.json" "$mnt/busy.json"
unmount
