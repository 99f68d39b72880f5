#!/bin/sh
# Files are edited in nine ways while others read them through the mount.
# CFGFS_RACING: how many edits; more for a campaign: 200000.
. "$(dirname "$0")/lib.sh"
edits=${CFGFS_RACING:-1200}

# race MODE [OPTION...]
race() {
	_mode=$1
	shift
	mount_source -o coherence=$_mode "$@"
	timeout -s KILL 3600 "${RACING:?}" "$src" "$mnt" "$edits" $_mode >"$work/out" 2>&1 ||
		fail "$_mode ${CFGFS_WITHOUT:-}"
	echo "$_mode ${CFGFS_WITHOUT:-}: $(cat "$work/out")"
	unmount
	rm -rf "$src"
	mkdir "$src"
}

race fast
race strict
export CFGFS_WITHOUT=no_open
race fast
if [ "$(id -u)" = 0 ]; then
	export CFGFS_WITHOUT=inotify,epoch
	race fast
fi
