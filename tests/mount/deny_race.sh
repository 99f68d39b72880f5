#!/bin/sh
# Edits of nine kinds race with readers under deny: no byte that was not judged
# valid. $1: how many edits.
. "$(dirname "$0")/lib.sh"
mkdir "$src/d" "$src/e"
mount_source -o on_invalid=deny
timeout -s KILL 3000 "${RACE:?}" "$src" "$mnt" "${1:-2000}" "${2:-1}" >"$work/race" ||
	fail "$(cat "$work/race")"
cat "$work/race"
fails 'something was denied' grep -q ' denied 0 ' "$work/race"
unmount
