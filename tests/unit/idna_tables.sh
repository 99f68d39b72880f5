#!/bin/sh
# idna_tables.sh SOURCE WRITER: the tables of the source are what the writer
# writes; skipped where its Unicode is of another version.
set -u
tables=$1/validate/schema/strings/idna/tables.c
version=$("$2" --version) || exit 1
grep -q "idna_unicode_version\[\] = \"$version\"" "$tables" || {
	echo "ICU knows Unicode $version: skipped"
	exit 77
}
"$2" | cmp - "$tables"
