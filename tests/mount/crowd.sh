#!/bin/sh
# More readers wait than there is room for requests: some are asked to come
# again, and the mount goes on.
. "$(dirname "$0")/lib.sh"
crowd=${CROWD:?}
echo '{"a": 1}' >"$src/a.json"
ulimit -S -n 4096 2>/dev/null || exit 77
mount_source
timeout -s KILL 90 "$crowd" "$src" "$mnt" >"$work/crowd" || fail "the crowd: $(cat "$work/crowd")"
holds 'some got a text' grep -q '^texts [1-9]' "$work/crowd"
holds 'some came too many' grep -q '^refusals [1-9]' "$work/crowd"
is 'a file' "$(t cat "$mnt/a.json")" '{"a": 1}'
holds 'its attributes' t stat "$mnt/a.json"
settle
is 'no room was lost' "$(status files)" 1
unmount
