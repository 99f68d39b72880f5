#!/bin/sh
# Edits of nine kinds race with readers under lastgood. $1: how many edits.
. "$(dirname "$0")/lib.sh"
export XDG_STATE_HOME="$work/state"
mkdir "$src/d" "$src/e"
echo '{"k":"a"}' >"$src/d/a.json"
mount_source -o on_invalid=lastgood
t cat "$mnt/d/a.json" >"$work/got"
timeout -s KILL 3000 "${RACE:?}" "$src" "$mnt" "${1:-1000}" "${2:-1}" >"$work/race" ||
	fail "$(cat "$work/race")"
cat "$work/race"
says 'nothing was denied' ' denied 0 ' "$work/race"
unmount
