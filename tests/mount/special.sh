#!/bin/sh
# FIFOs, sockets and devices are listed and never opened by the daemon.
. "$(dirname "$0")/lib.sh"
echo '{}' >"$src/a.json"
mkfifo "$src/fifo" "$src/fifo.json"
[ "$(id -u)" = 0 ] && mknod "$src/null" c 1 3
mount_source
is 'a fifo' "$(t stat -c %F "$mnt/fifo")" fifo
[ -e "$src/null" ] && {
	is 'a device' "$(t stat -c '%F %t %T' "$mnt/null")" 'character special file 1 3'
	is 'it cannot be opened' "$(t cat "$mnt/null" 2>&1 | sed 's/.*: //')" \
		'Permission denied'
}
holds 'a report passes fifos by' sh -c "timeout -s KILL 30 cat '$mnt/.report' >/dev/null"
fails 'a fifo has no status' t test -e "$mnt/fifo.json.status"
# A fifo is one of the kernel: its two ends meet on the mount.
(t sh -c "echo through >'$mnt/fifo'" 2>/dev/null; :) &
_writer=$!
is 'reading a fifo' "$(timeout -s KILL 1 cat "$mnt/fifo"; echo end)" \
	"$(printf 'through\nend')"
wait $_writer
holds 'the mount lives' t cmp "$src/a.json" "$mnt/a.json"
unmount
