#!/bin/sh
# Includes point one way: tools -> fs -> cache -> validate. Third-party headers
# stay inside the one file that wraps them; only fs/mount knows FUSE.
set -u
cd "${1:-$(dirname "$0")/..}" || exit 2
failed=0

# forbid WHERE PATTERN WHY: no source below WHERE includes what matches PATTERN.
forbid() {
	found=$(grep -rnE "^#include [<\"]$2" --include='*.[ch]' $1)
	[ -z "$found" ] && return
	printf '%s\n%s\n' "$3:" "$found"
	failed=1
}

forbid validate '(cache|fs|tools)/' 'validate/ includes upwards'
forbid cache '(fs|tools)/' 'cache/ includes upwards'
forbid fs 'tools/' 'fs/ includes upwards'
forbid validate '(pthread|fcntl|sys/stat|time|sys/socket|dirent)\.h' \
	'validate/ is pure: no files, clock or threads'

# only HEADER FILE...: the header is included by these files alone.
only() {
	header=$1
	shift
	allowed=$(printf '%s\n' "$@")
	grep -rlE "^#include <$header>" --include='*.[ch]' validate cache fs tools |
	while read -r file; do
		printf '%s\n' "$allowed" | grep -qxF "$file" || echo "$file"
	done | grep . || return
	echo "^ these include <$header>, which belongs to: $allowed"
	failed=1
}

only xxhash.h validate/digest.c
only sodium.h validate/digest.c
only lmdb.h cache/store_parts.h
only yaml.h validate/formats/yaml/yaml.c
only ini.h validate/formats/ini/ini.c
only expat.h validate/formats/xml/xml.c
only hiredis/hiredis.h cache/remote/connection.c
only openssl/ssl.h cache/remote/wire_tls.c
only dlfcn.h cache/remote/wire_tls.c
only pcre2.h validate/schema/strings/pattern.c
only unicode/ tools/idna_tables.c
found=$(grep -rlE '^#include <fuse' --include='*.[ch]' fs tools | grep -v '^fs/mount/')
if [ -n "$found" ]; then
	printf 'FUSE outside of fs/mount:\n%s\n' "$found"
	failed=1
fi
exit $failed
