#!/bin/sh
# What `cfgfs cache` forgets, a running mount forgets too: at its next look.
. "$(dirname "$0")/lib.sh"
for i in 1 2 3; do echo "a: $i" >"$src/$i.yaml"; done
mount_source

# tiers: where the answers of a report came from.
tiers() {
	t grep '^F' "$mnt/.report" | cut -f7 | sort | uniq -c | tr -s ' \n' ' '
}
holds 'a first report' t cat "$mnt/.report" >/dev/null
is 'all are known' "$(tiers)" ' 3 memory '
on_disk() { timeout -s KILL 60 "$cfgfs" cache stats | grep -qx 'entries 3'; }
until_holds 'they are on disk' on_disk
holds 'forget one' timeout -s KILL 60 "$cfgfs" cache invalidate "$src/2.yaml" >"$work/forgot"
says 'it was on disk' '^forgot 1 verdict$' "$work/forgot"
t cat "$mnt/.report" >"$work/report"
is 'it is judged anew' "$(grep 2.yaml "$work/report" | cut -f7)" miss
is 'the others are found in the store' \
	"$(cut -f7 "$work/report" | grep -cx 'disk\|index')" 2
is 'then all are known' "$(tiers)" ' 3 memory '
holds 'forget all' timeout -s KILL 60 "$cfgfs" cache clear >/dev/null
is 'nothing is known' "$(tiers)" ' 3 miss '
is 'and again all' "$(tiers)" ' 3 memory '
unmount
