#!/bin/sh
# The mount and `check` suppress the same findings, and the mount follows when
# a baseline changes.
. "$(dirname "$0")/lib.sh"
printf 'a: yes # cfgfs: disable-line=yaml/ambiguous\n' >"$src/a.yaml"
printf '{"a": 1, "a": 2}' >"$src/b.json"
printf '{"a": 1, "a": 2, "a": 3}' >"$src/c.json"
cat >"$src/.cfgfs.yaml" <<-'END'
	suppress:
	  - {files: [b.json], rules: ["key/*"]}
	baseline: known.json
END
echo '{"version": 1, "files": {"c.json": {"key/duplicate": 2}}}' >"$src/known.json"
mount_source

key() { t sed -n "s/^$1 //p" "$2"; }

t cat "$mnt/.report" >"$work/report"
is 'no finding is reported' "$(grep -c '^D' "$work/report")" 0
is 'the tree is fine' "$(key state "$mnt/.status")" ok
is 'all are counted' "$(key findings.suppressed "$mnt/.status")" 4
is 'they are not among the others' "$(key findings.error "$mnt/.status")" 0
is 'of a file' "$(key findings.suppressed "$mnt/c.json.status")" 2
is 'they come after what was there before' \
	"$(t sed -n '/^feature.epoch /,$p' "$mnt/.status" | sed -n 2,3p)" \
	"$(printf 'findings.suppressed 4\ncache.evictions 0')"
is 'the same as check' \
	"$(timeout -s KILL 60 "$cfgfs" check --no-cache -f json "$src" |
		sed -n 's/.*"summary".*"suppressed": \([0-9]*\)}.*/\1/p')" 4

# A smaller baseline: what it allowed comes up.
echo '{"version": 1, "files": {"c.json": {"key/duplicate": 1}}}' >"$src/known.json"
shows_both() { [ "$(t grep -c '^D.*c.json.*key/duplicate' "$mnt/.report")" = 2 ]; }
until_holds 'the mount follows' shows_both
is 'the file is invalid now' "$(key state "$mnt/c.json.status")" invalid

# A broken one: the last good one stays in force, and it is said.
echo '{' >"$src/known.json"
is_invalid() { [ "$(key config "$mnt/.status")" = invalid ]; }
until_holds 'it is said' is_invalid
holds 'the last good one' shows_both
unmount

# Named by the command line, from the working directory.
echo '{"version": 1, "files": {"c.json": {"key/duplicate": 9}}}' >"$work/own.json"
cd "$work" || exit 1
mount_source --baseline own.json
t cat "$mnt/.report" >"$work/report"
is 'the command line wins' "$(key findings.suppressed "$mnt/.status")" 4
is 'the configuration is valid' "$(key config "$mnt/.status")" valid
unmount
