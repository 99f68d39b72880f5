#!/bin/sh
# Bad input: a clear finding, in bounded time, and the rest goes on.
. "$(dirname "$0")/lib.sh"
# A hundred thousand of each.
many() { head -c "$2" /dev/zero | sed "s/\\x0/$1/g"; }

many '[' 100000 >"$src/brackets.yaml"
many '[' 100000 >"$src/brackets.json"
many '{"a":' 100000 >"$src/braces.json"
many '- ' 50000 >"$src/dashes.yaml"
many '%TAG !a! b\n' 40000 >"$src/tags.yaml"
{ echo 'a0: &a0 [x, x]'; i=1
  while [ $i -lt 40 ]; do
	echo "a$i: &a$i [*a$((i - 1)), *a$((i - 1))]"
	i=$((i + 1))
  done; } >"$src/bomb.yaml"
run 'deep files' 2 check -f concise "$src"
says 'a limit is named' 'brackets.yaml:1:[0-9]*: error: .*limit.*depth' "$work/out"
says 'in JSON too' 'brackets.json:1:[0-9]*: error: .*limit.*depth' "$work/out"
grep -q 'bomb.yaml' "$work/out" && fail 'aliases that are shared cost nothing'

# Deeper than a path can be: said of the folder above, once.
long=$(many n 250)
mkdir "$work/x"
echo 'v: [' >"$work/x/a.yaml"
i=0
while [ $i -lt 20 ]; do
	mkdir "$work/y"
	mv "$work/x" "$work/y/$long"
	mv "$work/y" "$work/x"
	i=$((i + 1))
done
rm "$src"/*
mv "$work/x/$long" "$src/deep"
for format in text jsonl; do
	run "$format: what nobody can open" 2 check -f $format "$src"
	is "$format: told once" "$(grep -c io/unreadable "$work/out")" 1
	says "$format: why" 'name too long' "$work/out"
done
rm -r "$src/deep"

printf 'a: \377\376b\n' >"$src/latin.yaml"
printf '{"a": "\300\257"}' >"$src/overlong.json"
printf 'a: b\0c\n' >"$src/nul.yaml"
printf 'text\0binary' >"$src/unknown"
: >"$src/empty.yaml"
: >"$src/empty.json"
run 'encodings' 1 check -f concise "$src"
says 'not UTF-8' 'latin.yaml:1:4: error: not valid UTF-8' "$work/out"
says 'not UTF-8' 'overlong.json:1:8: error: not valid UTF-8' "$work/out"
says 'NUL' 'nul.yaml:1:5: error: a NUL byte' "$work/out"
says 'empty JSON' 'empty.json:1:1: error: the file is empty' "$work/out"
is 'the others are fine' "$(wc -l <"$work/out")" 4
run 'a binary file' 0 check -f json "$src/unknown"
says 'is skipped with a reason' '"state": "skipped", "reason": "binary"' "$work/out"

rm "$src"/*
truncate -s 100M "$src/huge.json"
echo 'a: 1' >"$src/fine.yaml"
ln -s /etc/passwd "$src/outside"
ln -s nowhere "$src/lost"
mkfifo "$src/pipe.yaml"
run 'huge files, links and pipes' 0 check -f json "$src"
says 'too large' 'larger than max_size' "$work/out"
says 'a link out of the tree' '"rule": "link/outside"' "$work/out"
says 'a link to nothing' '"rule": "link/dangling"' "$work/out"
run 'a named pipe' 2 check "$src/pipe.yaml"
run 'a link' 0 check "$src/outside"
if [ "$(id -u)" != 0 ]; then
	chmod 0 "$src/fine.yaml"
	run 'unreadable' 2 check -f concise "$src"
	says 'it is said' 'fine.yaml:1:1: error: cannot be read: Permission denied' "$work/out"
fi

rm -f "$src"/*
for name in "$(printf 'a\tb')" "$(printf 'a\nb')" "$(printf 'a\033[31mb')" "$(printf 'a\377b')"; do
	echo '{"a": 1,}' >"$src/$name.json"
done
run 'strange names' 1 check -f concise "$src"
is 'one line each' "$(wc -l <"$work/out")" 4
grep -q "$(printf '\033')" "$work/out" && fail 'a raw escape'
run 'strange names' 1 check -f json="$work/names.json" "$src"
run 'are JSON' 0 check "$work/names.json"

rm -f "$src"/*
echo 'a: 1' >"$src/x.yaml"
printf 'schemas:\n  - {fils: ["*.yaml"], schema: s.json}\n' >"$src/.cfgfs.yaml"
run 'a broken configuration' 2 check -f concise "$src"
says 'where' "^.*/.cfgfs.yaml:2:6: error: unknown key 'fils'; did you mean 'files'?" "$work/out"
says 'it is said' 'only the built-in checks were made' "$work/err"
printf 'schemas: [' >"$src/.cfgfs.yaml"
run 'a configuration that cannot be read' 2 check -f concise "$src"
says 'where' '/.cfgfs.yaml:[0-9]*:[0-9]*: error' "$work/out"

printf 'schemas:\n  - {files: ["*.yaml"], schema: s.json}\n' >"$src/.cfgfs.yaml"
run 'a missing schema' 2 check -f concise "$src"
says 'is an error' "x.yaml:1:1: error: the schema 's.json' does not exist" "$work/out"
echo '{"type": "object", "properties": {"a": {"type": "integr"}}}' >"$src/s.json"
run 'a broken schema' 2 check -f concise "$src"
says 'says where' 'x.yaml:1:1: error: the schema is broken: s.json:1:[0-9]*' "$work/out"
echo '{"$ref": "https://schemas.invalid/x.json"}' >"$src/s.json"
run 'a schema on the network' 2 check -f concise "$src"
says 'is named' 'https://schemas.invalid/x.json' "$work/out"
echo '{"$ref": "#"}' >"$src/s.json"
run 'a schema that goes round' 2 check -f concise "$src"
echo '{"$ref": "../../../etc/passwd"}' >"$src/s.json"
run 'a schema that leaves the tree' 2 check -f concise "$src"
grep -q root: "$work/out" && fail 'it is read'
{ printf '# yaml-language-server: $schema=../../../../../etc/passwd\na: 1\n'; } >"$src/x.yaml"
run 'a file that names a schema outside' 2 check -f concise "$src"
says 'is told' "the schema's path leaves the tree" "$work/out"
printf '{"pattern": "^(?=a)(a+)+$"}' >"$src/s.json"
printf '"%s!"\n' "$(many a 5000)" >"$src/x.yaml"
run 'a pattern that explodes' 2 check -f concise "$src"
