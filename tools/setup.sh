# Sourced by tools/demo and tools/test: installs what is missing on Debian.
# Root is asked for only for that.

build_packages='gcc meson ninja-build pkg-config libfuse3-dev fuse3 liblmdb-dev
libxxhash-dev libyaml-dev libinih-dev libcmocka-dev libsodium-dev libpcre2-dev
libexpat1-dev libhiredis-dev libssl-dev'

# install_packages NAME...: those of them that are not there yet.
install_packages() {
	missing=
	for package in "$@"; do
		dpkg-query -W -f '${Status}' "$package" 2>/dev/null |
			grep -q 'ok installed' || missing="$missing $package"
	done
	[ -n "$missing" ] || return 0
	echo "installing:$missing"
	as_root=
	if [ "$(id -u)" -ne 0 ]; then
		as_root=sudo
		command -v sudo >/dev/null || {
			echo "please install as root:$missing" >&2
			return 1
		}
	fi
	# A package list that is new enough saves the update.
	$as_root env DEBIAN_FRONTEND=noninteractive \
		apt-get install -y -q --no-install-recommends $missing \
		>/dev/null 2>&1 && return 0
	$as_root apt-get update -q >/dev/null || return 1
	$as_root env DEBIAN_FRONTEND=noninteractive \
		apt-get install -y -q --no-install-recommends $missing >/dev/null
}
