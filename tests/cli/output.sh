#!/bin/sh
# Output formats of `cfgfs check`: several at once, for any names, and never a
# value of a file.
. "$(dirname "$0")/lib.sh"
cp -R "${EXAMPLES:?}/." "$src"
formats='text concise json jsonl sarif junit tap github gitlab html'

# all_formats WHAT STATUS ARGUMENT...: one run that writes out.FORMAT for each.
all_formats() {
	_title=$1
	_wanted=$2
	shift 2
	for _format in $formats; do
		set -- -f "$_format=$work/out.$_format" "$@"
	done
	run "$_title" "$_wanted" check "$@"
}

# well_formed WHAT: what claims to be JSON or XML is.
well_formed() {
	for _pair in json:x.json jsonl:x.ndjson sarif:x.json gitlab:x.json html:x.xml; do
		run "$1: ${_pair%:*} is well-formed" 0 \
			check -l fast --no-cache --as "${_pair#*:}" - <"$work/out.${_pair%:*}"
	done
	if command -v python3 >"$work/out"; then
		python3 -c 'import sys, xml.dom.minidom
xml.dom.minidom.parse(sys.argv[1])' "$work/out.junit" || fail "$1: junit is no XML"
	fi
	schema=${CFGFS_SUITES:-none}/schemastore/schema/sarif.json
	if [ -e "$schema" ]; then
		run "$1: sarif is SARIF" 0 check --no-cache --schema-mode strict \
			-s "$schema" --as x.sarif.json - <"$work/out.sarif"
	fi
}

cd "$src" || exit 1
all_formats 'all formats at once' 1 .
is 'nothing on standard output' "$(wc -c <"$work/out")" 0
well_formed 'an example'
says 'text' '^web/admin.yaml:5:9: error: expected integer, got string \[schema/type\]$' "$work/out.text"
says 'its line' '^  5 |   port: \*\*\*$' "$work/out.text"
says 'underlined' '^    |         ^^^$' "$work/out.text"
says 'where' '^    at /server/port, asked by schemas/service.json#' "$work/out.text"
says 'a wrong key' '^  7 | databse:$' "$work/out.text"
says 'a summary' '^19 files: 12 valid, 6 invalid, 1 skipped; 10 errors, 1 warning (0 from the cache' "$work/out.text"
says 'concise' '^web/admin.yaml:5:9: error: ' "$work/out.concise"
is 'one line a finding' "$(wc -l <"$work/out.concise")" 11
is 'one line a file and a summary' "$(wc -l <"$work/out.jsonl")" 20
says 'a file' '^{"type": "file", "path": "web/admin.yaml", "state": "invalid"' "$work/out.jsonl"
says 'the score of a file' '"path": "web/admin.yaml".*"score": 25,' "$work/out.jsonl"
says 'none of what is skipped' '"state": "skipped".*"usec": 0, "suppressed"' "$work/out.jsonl"
says 'the score of the tree' '^{"type": "summary".*"score": 85,' "$work/out.jsonl"
says 'the summary' '^{"type": "summary", "version": 1, "files": 19, .*"findings": {"error": 10, "warning": 1' "$work/out.jsonl"
says 'SARIF' '"uri": "web/admin.yaml"}, "region": {"startLine": 5, "startColumn": 9, "endColumn": 15}' "$work/out.sarif"
is 'its results' "$(grep -c '"ruleId"' "$work/out.sarif")" 11
says 'JUnit' '<testsuite name="cfgfs" tests="19" failures="6" errors="0" skipped="1"' "$work/out.junit"
says 'TAP' '^not ok 17 - web/admin.yaml$' "$work/out.tap"
says 'what TAP skips' '^ok 3 - NOTES.txt # SKIP no known format$' "$work/out.tap"
says 'GitHub' '^::error file=web/admin.yaml,line=5,col=9,endColumn=15,title=cfgfs schema/type::web/admin.yaml:5:9: expected' "$work/out.github"
says 'GitLab' '"location": {"path": "web/admin.yaml", "lines": {"begin": 5}}' "$work/out.gitlab"
is 'its issues' "$(grep -c fingerprint "$work/out.gitlab")" 11
says 'a page' '<title>cfgfs report</title>' "$work/out.html"
is 'its findings' "$(grep -c '^<tr>.*<span class="mark' "$work/out.html")" 11
says 'a chart' '<td><bdi>schema/type</bdi></td><td class="n">[0-9]' "$work/out.html"
fails 'the page loads nothing' grep -Eq '(src|href)=|url\(|@import|<script' "$work/out.html"
grep -q '\./' "$work/out.github" && fail 'GitHub drops paths that begin with ./'

run 'two on standard output' 1 check -f github -f concise web
is 'both are there' "$(grep -c 'features.json:3:44' "$work/out")" 2
run 'one in a file, one not' 1 check -f tap="$work/tap" -f gitlab web
says 'the file' '^1\.\.3$' "$work/tap"
run 'no such format' 2 check -f rdjson web
says 'all names' 'not one of: text, concise, json, jsonl, sarif, junit, tap, github, gitlab, html$' "$work/err"
run 'no such format for a file' 2 check -f "xml=$work/x" web
[ -e "$work/x" ] && fail 'a file was made for it'
run 'help' 0 check --help
for format in $formats; do
	says 'help' "^  $format  *[a-zA-Z]" "$work/out"
done
run 'what cannot be checked' 2 check -f sarif web none
says 'is told to SARIF' '"executionSuccessful": false' "$work/out"
run 'excerpts of standard input' 1 check - <"$src/web/features.json"
says 'its line' '^  3 |   "basket": {"enabled": \*\*\*, "share": \*\*\*},' "$work/out"

# Names that break records, lines and markup.
rm -rf "$work/odd" "$work/cache"
mkdir "$work/odd"
cd "$work/odd" || exit 1
for name in 'a b.json' 'a<&">'"'"'.json' 'a#?%:,.json' '# SKIP x.json' '::error::.json' \
	"$(printf 'new\nline.json')" "$(printf 'esc\033[31m.json')" \
	"$(printf 'bad\377.json')" "$(printf 'bad\376.json')" "$(printf 'bidi\342\200\256.json')"; do
	echo '{"a": 1,}' >"./$name"
done
all_formats 'odd names' 1 .
well_formed 'odd names'
is 'ten lines' "$(wc -l <"$work/out.concise")" 10
is 'ten commands' "$(grep -c '^::error file=' "$work/out.github")" 10
is 'and nothing else' "$(wc -l <"$work/out.github")" 10
is 'ten tests' "$(grep -c '^not ok' "$work/out.tap")" 10
is 'ten different URIs' "$(grep -o '"uri": "[^"]*"' "$work/out.sarif" | sort -u | wc -l)" 10
is 'ten different fingerprints' "$(grep -o '"fingerprint": "[^"]*"' "$work/out.gitlab" | sort -u | wc -l)" 10
is 'ten files in the page' "$(grep -c '^<h3>' "$work/out.html")" 10
is 'two names beside their bytes' "$(grep -c 'path": "bad\\ufffd.json", "path_bytes": "' "$work/out.json")" 2
is 'different ones' "$(grep -o '"path_bytes": "[^"]*"' "$work/out.jsonl" | sort -u | wc -l)" 2

# No value is shown by any format: a marker is put into all values of the
# examples, and into texts that are broken around it.
marker=S3CRET
rm -rf "$work/cache"
cd "$src" || exit 1
find . -type f ! -path './schemas/*' ! -name .cfgfs.yaml >"$work/names"
while read -r name; do
	sed -i -e "s/: \"/: \"$marker/g" -e "s/: \([a-zA-Z0-9]\)/: $marker\1/g" \
		-e "s/= *\"\([^\"]\)/= \"$marker\1/" -e "s/\(=  *\)\([a-zA-Z0-9]\)/\1$marker\2/" \
		-e "s/\([A-Z]\)=\([a-z]\)/\1=$marker\2/" -e "s/\([#;]\) /\1 $marker /" "$name"
done <"$work/names"
printf 'a: 1\nb: "%s\nc: 2\n' $marker >open.yaml
printf 'a: [x, %s\nb: c\n' $marker >flow.yaml
printf 'a: @%s\nb: - %s\n' $marker $marker >wrong.yaml
printf 'a: |\n  %s: x\n %s\nb: yes # %s\n' $marker $marker $marker >block.yaml
printf 'a: {b: "%s", c: [%s, {d: no}]} # %s\n' $marker $marker $marker >inline.yaml
printf 'a: yes\nb: "x\n  %s: y"\nc: {e: off, d: "%s"}\n' $marker $marker >lines.yaml
printf '{"a": "%s", "b": %s}\n' $marker $marker >bare.json
printf '{"a": "%s\n, "b": 1}\n' $marker >open.json
printf '{"a": "%s", "a": ["%s",], // %s\n}\n' $marker $marker $marker >twice.json
printf '{"b": "%s", // %s\n "b": /* %s */ 1 "c"}\n' $marker $marker $marker >notes.jsonc
printf 'a = %s\nb = "%s\n' $marker $marker >bare.toml
printf 'a = "%s"\na = "%s" # %s\n' $marker $marker $marker >twice.toml
printf '[s]\na = %s\na = %s ; %s\n%s\n' $marker $marker $marker = >twice.ini
printf 'A=%s\nA="%s" # %s\nB="%s\n' $marker $marker $marker $marker >open.env
printf 'A=%s %s\n%s x\n' $marker $marker "1=$marker" >wrong.env
printf 'a=\\u00%s\nb=%s\n' $marker $marker >wrong.properties
find . -type f ! -path './schemas/*' ! -name .cfgfs.yaml >"$work/names"
while read -r name; do
	size=$(wc -c <"$name")
	for part in 1 2 3 4 5 6; do
		head -c $((size * part / 7)) "$name" >"$(dirname "$name")/cut$part-$(basename "$name")"
	done
done <"$work/names"
for time in validated cached; do
	all_formats "secrets, $time" 1 .
	well_formed "secrets, $time"
	for format in $formats; do
		grep -n "$marker" "$work/out.$format" >"$work/out" && fail "$format shows a value"
	done
done
is 'it is worth something' "$(($(wc -l <"$work/out.concise") > 100))" 1
is 'so are the excerpts' "$(($(grep -c '^ *[0-9]* | ' "$work/out.text") > 50))" 1
run 'asked for' 1 check --show-values .
says 'it is in excerpts' "^ *[0-9]* | .*$marker" "$work/out"
says 'also of what is broken' "| a = $marker\$" "$work/out"
run 'asked for of standard input' 1 check --show-values - <open.yaml

# A tree cannot choose what is overwritten.
echo kept >"$work/kept"
ln -s "$work/kept" planted.xml
run 'into a planted link' 2 check -f "junit=planted.xml" .
says 'why' "cannot write 'planted.xml': it is a symbolic link" "$work/err"
is 'what it leads to' "$(cat "$work/kept")" kept
run 'into a device' 1 check -f "concise=/dev/null" bare.json

# Who reads only the beginning is not told that the rest was lost.
{ sleep 0.2; "$cfgfs" check -f json "$EXAMPLES" 2>"$work/err"; } | :
is 'of a pipe that was closed' "$(cat "$work/err")" ''
timeout -s KILL 60 "$cfgfs" check -f json "$EXAMPLES" >/dev/full 2>"$work/err"
is 'a full disk' $? 2
says 'is told' 'cannot write the results' "$work/err"
