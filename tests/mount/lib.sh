# What every mount test starts with: a private folder with a source tree, a
# mount of it in the foreground, and the end of both whatever happens.
# Needs CFGFS (the program) and HELPER (tests/mount/helper.c). Exit 77: FUSE
# cannot be used here.
. "$(dirname "$0")/../lib.sh"
helper=${HELPER:?}
mnt=$work/mnt
daemon=
mkdir "$mnt"

[ -r /dev/fuse ] && [ -w /dev/fuse ] || { rm -rf "$work"; exit 77; }

# t COMMAND...: nothing that touches a mount may hang.
t() { timeout -s KILL 30 "$@"; }

prints() { [ "$("$2")" = "$1" ]; }

# becomes WANTED COMMAND: what is read may be answered before it is judged
# (wait=), so on a busy machine the counts may come a little later.
becomes() { until_holds "'$2' prints '$1'" prints "$1" "$2"; }

is_mounted() { grep -q " $1 .* fuse.cfgfs " /proc/self/mountinfo; }
is_alive() { kill -0 "$1" 2>/dev/null; }

# worker: the number of the process that serves the mount at present.
worker() {
	for _child in $(cat "/proc/$daemon/task/$daemon/children" 2>/dev/null); do
		if grep -qx cfgfs-worker "/proc/$_child/comm" 2>/dev/null; then
			echo "$_child"
			return
		fi
	done
}
has_worker() { [ -n "$(worker)" ]; }
kill_worker() {
	until_holds 'there is a worker' has_worker
	kill -9 "$(worker)"
}

is_ready_or_dead() {
	grep -q '^report: ' "$work/out" || ! is_alive "$daemon"
}

# mount_source [OPTION...]: serve $src at $mnt.
mount_source() {
	: >"$work/out"
	"$cfgfs" mount -f "$@" "$src" "$mnt" >"$work/out" 2>"$work/err" &
	daemon=$!
	until_holds 'the mount is ready' is_ready_or_dead
	if ! is_alive "$daemon"; then
		grep -q 'Operation not permitted\|no permission to use' "$work/err" && exit 77
		fail 'the mount did not come up'
	fi
}

# settle: until what was edited in the source can be seen.
settle() { t "$cfgfs" sync "$mnt" || fail 'sync failed'; }

# unmount: as users do; the daemon must end well.
unmount() {
	t "$cfgfs" umount "$mnt" || fail 'umount failed'
	wait "$daemon"
	is 'exit status of the daemon' $? 0
	daemon=
	fails 'it is gone' is_mounted "$mnt"
}

# status KEY [DIRECTORY]: a value out of .status.
status() { t sed -n "s/^$1 //p" "${2:-$mnt}/.status"; }

clean_up() {
	_status=$?
	trap - EXIT
	while grep -q " $work/" /proc/self/mountinfo; do
		_point=$(sed -n "s|.* \($work/[^ ]*\) .*|\1|p" \
			/proc/self/mountinfo | head -n 1)
		if [ "$(id -u)" = 0 ]; then
			umount -l "$_point" || break
		else
			fusermount3 -uz "$_point" || break
		fi
	done
	[ -z "$daemon" ] || kill -9 "$daemon" 2>/dev/null
	end_servers
	rm -rf "$work"
	exit $_status
}
trap clean_up EXIT
trap 'exit 1' INT TERM HUP

# Sizes of one open file must agree however it is read.
sizes_agree() { t "$helper" sizes "$1" >"$work/sizes" || fail "sizes of $1: $(cat "$work/sizes")"; }
