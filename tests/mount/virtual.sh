#!/bin/sh
# .status and .report: resolvable, not listed, with true sizes.
. "$(dirname "$0")/lib.sh"
mkdir -p "$src/web"
echo '{"a": 1}' >"$src/web/good.json"
echo '{"a": }' >"$src/web/bad.json"
echo '{"real": true}' >"$src/web/own.json"
echo 'a real file' >"$src/web/own.json.status"
echo '{}' >"$src/.report"
mount_source

is 'version of .status' "$(t head -n 1 "$mnt/.status")" 'cfgfs.status 1'
is 'nothing is checked yet' "$(status unchecked "$mnt/web")" 4
for name in .status .report web/.status web/.report web/good.json.status \
	web/good.json.report; do
	sizes_agree "$mnt/$name"
	is "cp $name" "$(t cp "$mnt/$name" "$work/copy" && wc -l <"$work/copy" |
		sed 's/^0$/empty/')" "$(t wc -l <"$mnt/$name")"
	is "grep -c $name" "$(t grep -c '' "$mnt/$name")" \
		"$(t wc -l <"$mnt/$name")"
	[ -n "$(t tail -n 1 "$mnt/$name")" ] || fail "tail -n 1 $name"
	holds "tar $name" sh -c "timeout -s KILL 30 tar -C '$mnt' -cf '$work/tar' '$name'"
	is "tar stores all of $name" "$(tar -xOf "$work/tar" | head -n 1)" \
		"$(t head -n 1 "$mnt/$name")"
	[ "$(tar -xOf "$work/tar" | wc -l)" -gt 2 ] || fail "tar cut $name"
done
is 'the report says what is wrong' \
	"$(t grep '^D.error' "$mnt/.report" | cut -f 2,3)" \
	"$(printf 'error\tweb/bad.json')"
is 'below a folder paths are relative to it' \
	"$(t grep '^F.invalid' "$mnt/web/.report" | cut -f 4)" bad.json
is 'the report of one file' \
	"$(t grep -c '^F' "$mnt/web/bad.json.report")" 1
is 'the status of one file' \
	"$(t sed -n 's/^state //p' "$mnt/web/bad.json.status")" invalid
is 'a real file of that name wins' "$(t cat "$mnt/web/own.json.status")" \
	'a real file'
is 'a reserved name hides a real file' "$(t head -n 1 "$mnt/.report")" \
	'# cfgfs.report 1'

is 'they are not listed' "$(t ls -A "$mnt" "$mnt/web" | grep -c 'status\|report')" 1
for name in .status.status .cfgfs.status .report.status web/good.json.status.report \
	web.status web/.cfgfs none.status web/.status/x; do
	fails "there is no $name" t test -e "$mnt/$name"
done
is 'mode of .status' "$(t stat -c %a "$mnt/.status")" 444
is 'mode of .report' "$(t stat -c %a "$mnt/.report")" 440
is 'owner' "$(t stat -c %u:%g "$mnt/.report")" "$(stat -c %u:%g "$src")"
is 'a status is never stale' "$(echo '[' >"$src/web/new.json"
	t cat "$mnt/web/new.json.report" >/dev/null
	t sed -n 's/^state //p' "$mnt/web/new.json.status"
	echo '[]' >"$src/web/new.json"
	t sed -n 's/^state //p' "$mnt/web/new.json.status"
	t cat "$mnt/web/new.json" >/dev/null
	t sed -n 's/^state //p' "$mnt/web/new.json.status")" \
	"$(printf 'invalid\nunchecked\nvalid')"

# What one descriptor reads never changes.
exec 3<"$mnt/.status"
t head -c 10 <&3 >/dev/null
before=$(t cat "/proc/self/fd/3" <&3 | cksum)
echo '{}' >"$src/web/more.json"
is 'an open status stays as it is' "$(t cat /proc/self/fd/3 <&3 | cksum)" "$before"
exec 3<&-
unmount

mount_source -o virtual=visible
is 'they are listed when asked for' "$(t ls -A "$mnt/web" | grep '^\.' | tr '\n' ' ')" \
	'.report .status '
holds 'and found by find' t find "$mnt" -name .status -size +0
unmount
