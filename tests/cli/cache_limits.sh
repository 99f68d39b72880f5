#!/bin/sh
# How much is kept on disk; and that without a place for it nothing is lost
# but time.
. "$(dirname "$0")/lib.sh"
cp -R "${EXAMPLES:?}/." "$src"
entries() {
	run 'stats' 0 cache stats
	sed -n 's/^entries //p' "$work/out"
}
run 'a small cache' 1 check --cache-size 4K -f concise "$src"
cp "$work/out" "$work/wanted"
few=$(entries)
[ "$few" -lt 10 ] || fail "$few verdicts are in 4 KiB"
run 'it is sound' 0 cache verify
export CFGFS_CACHE_SIZE=8k
run 'clear' 0 cache clear
run 'by environment' 1 check "$src"
more=$(entries)
[ "$more" -gt "$few" ] && [ "$more" -lt 17 ] || fail "$more verdicts are in 8 KiB"
run 'the option wins' 1 check --cache-size 1G "$src"
is 'all are kept' "$(entries)" 17
CFGFS_CACHE_SIZE=plenty
run 'a size that is none' 1 check "$src"
says 'it is said' 'CFGFS_CACHE_SIZE' "$work/err"
unset CFGFS_CACHE_SIZE
for size in 0 -1 1.5G '' K 99999999999999999999 1KK; do
	run "size '$size'" 2 check --cache-size "$size" "$src"
	says 'it is said' '--cache-size' "$work/err"
	run "mount with size '$size'" 2 mount -o "cache_size=$size" "$src" "$work"
done

# without WHAT ARGUMENT...: the answer is the same, and nothing but one line
# tells that the disk is not used.
without() {
	_named=$1
	shift
	run "$_named" 1 check -f concise "$@" "$src"
	cmp -s "$work/out" "$work/wanted" || fail "$_named: another answer"
}
touch "$work/file"
without 'a file in its place' --cache "$work/file"
says 'it is said' 'memory only' "$work/err"
without 'below a file' --cache "$work/file/cache"
says 'it is said' 'memory only' "$work/err"
without 'where nobody can write' --cache /proc/cfgfs
says 'it is said' 'memory only' "$work/err"
(
	unset XDG_CACHE_HOME
	export HOME=relative
	[ "$(id -u)" = 0 ] || without 'no home'
) || exit 1

# On a disk that became read-only what is there is still of use.
if [ "$(id -u)" = 0 ] && unshare -m true 2>/dev/null; then
	# shellcheck disable=SC2016
	unshare -m sh -c 'mount --bind "$1" "$1" &&
		mount -o remount,ro,bind "$1" &&
		exec timeout -s KILL 60 "$2" check "$3"' \
		sh "$work/cache" "$cfgfs" "$src" >"$work/out" 2>"$work/err"
	is 'read-only disk: exit status' $? 1
	says 'all are found' '(17 from the cache' "$work/out"
fi
exit 0
