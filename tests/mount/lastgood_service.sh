#!/bin/sh
# A service reads its configuration again after each edit, a third of which are
# broken (syntax, schema): each time it gets the newest valid version. $1: how
# many edits. (tests/campaign/prometheus.sh does it with a real one.)
. "$(dirname "$0")/lib.sh"
export XDG_STATE_HOME="$work/state"
mkdir "$src/s"
echo '{"type": "object", "required": ["n"], "properties": {"n": {"type": "integer"}}, "additionalProperties": false}' >"$src/s/n.json"
printf 'schemas:\n  - {files: ["n.yaml"], schema: s/n.json}\n' >"$src/.cfgfs.yaml"
echo 'n: 0' >"$src/n.yaml"
mount_source -o on_invalid=lastgood
mkfifo "$work/ask"
"$helper" reload "$mnt/n.yaml" <"$work/ask" >"$work/seen" &
service=$!
exec 3>"$work/ask"

has_answered() { [ "$(wc -l <"$work/seen")" -ge "$1" ]; }

edit=0
good=0
while [ $edit -lt "${1:-300}" ]; do
	edit=$((edit + 1))
	case $((edit % 12)) in
	3 | 9) echo 'n: [' >"$src/n.yaml" ;;
	6) echo 'n: text' >"$src/n.yaml" ;;
	0) printf 'n: 1\nm: 2\n' >"$src/new" && mv "$src/new" "$src/n.yaml" ;;
	1 | 2 | 4) good=$edit && echo "n: $edit" >"$src/n.yaml" ;;
	*) good=$edit && echo "n: $edit" >"$src/new" && mv "$src/new" "$src/n.yaml" ;;
	esac
	echo >&3
	echo "read n: $good" >>"$work/wanted"
	has_answered $edit || until_holds "edit $edit is read" has_answered $edit
done
exec 3>&-
wait $service
cmp "$work/wanted" "$work/seen" || fail 'an old or a broken version'
is 'the last one' "$(tail -n 1 "$work/seen")" "read n: $good"
unmount
