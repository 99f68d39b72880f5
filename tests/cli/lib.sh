# What every test of the commands starts with: a private folder with a tree.
# Needs CFGFS (the program) and EXAMPLES (tests/examples).
. "$(dirname "$0")/../lib.sh"
clean_up() {
	end_servers
	if grep -q " $work/mnt " /proc/self/mountinfo; then
		timeout -s KILL 30 "$cfgfs" umount "$work/mnt" || umount -l "$work/mnt"
	fi
	rm -rf "$work"
}
trap clean_up EXIT

# run WHAT STATUS ARGUMENT...: cfgfs with these ends with that status, and
# ends by itself.
run() {
	_what=$1
	_status=$2
	shift 2
	timeout -s KILL 120 "$cfgfs" "$@" >"$work/out" 2>"$work/err"
	is "$_what: exit status" $? "$_status"
}
