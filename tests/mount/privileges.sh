#!/bin/sh
# A mount by root keeps what it needs of root's rights, and reads all the same.
. "$(dirname "$0")/lib.sh"
[ "$(id -u)" = 0 ] || exit 77
# may PID KEY: a line of its /proc/PID/status.
may() { sed -n "s/^$2:[[:space:]]*0*//p" "/proc/$1/status"; }

echo 'a: 1' >"$src/private.yaml"
chown 65534:65534 "$src/private.yaml"
chmod 600 "$src/private.yaml"
mount_source
is "another's private file" "$(t cat "$mnt/private.yaml")" 'a: 1'
is 'the worker may read' "$(may "$(worker)" CapEff)" 4
is 'and can get no more' "$(may "$(worker)" CapBnd) $(may "$(worker)" NoNewPrivs)" '4 1'
# 4: read; 100: give up more; 200000: unmount.
is 'the supervisor may unmount' "$(may "$daemon" CapPrm) $(may "$daemon" CapBnd)" '200104 200104'

# Those who follow.
kill_worker
is 'after a kill' "$(t cat "$mnt/private.yaml")" 'a: 1'
next_may() { has_worker && may "$(worker)" CapEff; }
becomes 4 next_may
holds 'upgrade' t "$cfgfs" upgrade "$mnt"
is 'after an upgrade' "$(t cat "$mnt/private.yaml")" 'a: 1'
becomes 4 next_may
is 'the supervisor of the next program' "$(may "$daemon" CapPrm)" 200104
unmount

# fanotify is for administrators.
CFGFS_WITHOUT=inotify
export CFGFS_WITHOUT
mount_source
is 'the worker may watch the filesystem' "$(may "$(worker)" CapEff)" 200004
unmount
