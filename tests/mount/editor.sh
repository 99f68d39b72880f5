#!/bin/sh
# vim reads a file and its report; it cannot write.
. "$(dirname "$0")/lib.sh"
vim=$(command -v vim || command -v vim.tiny || command -v vi) || exit 77
printf '{"first": 1,\n "second": 2}\n' >"$src/a.json"
mount_source
t "$vim" -u NONE -es -n -c "1,\$w! $work/read" -c 'qa!' "$mnt/a.json" </dev/null
holds 'vim reads it' cmp "$src/a.json" "$work/read"
t "$vim" -u NONE -es -n -c "1,\$w! $work/read" -c 'qa!' "$mnt/.report" </dev/null
is 'vim reads a report' "$(head -n 1 "$work/read")" '# cfgfs.report 1'
before=$(cksum <"$src/a.json")
t "$vim" -u NONE -es -n -c 's/first/changed/' -c 'w!' -c 'qa!' "$mnt/a.json" \
	</dev/null >/dev/null 2>&1
is 'vim cannot write' "$(cksum <"$src/a.json")" "$before"
unmount
