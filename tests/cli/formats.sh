#!/bin/sh
# Files of formats beyond YAML and JSON, as a user has them in a tree.
. "$(dirname "$0")/lib.sh"

mkdir -p "$src/dbus" "$src/etc/php/8.2/fpm/conf.d"
printf '<?xml version="1.0" encoding="ISO-8859-1"?>\n<a>caf\351 <b></a>\n' >"$src/pom.xml"
printf '<!DOCTYPE busconfig>\n<busconfig/>\n' >"$src/dbus/system.conf"
printf 'extension=a\nextension=b\n' >"$src/etc/php/8.2/fpm/conf.d/20-x.ini"

# A build without expat says why it skips.
if "$cfgfs" explain "$src/pom.xml" | grep -q 'this build has no reader for XML'; then
	run 'without expat' 0 check --no-cache "$src"
	says 'XML is skipped' '^3 files: 1 valid, 2 skipped' "$work/out"
	exit 77
fi
run 'XML and INI' 1 check --no-cache -f concise "$src"
says 'a column in characters' "pom.xml:2:14: error: expected '</b>' for the element of line 2, found '</a>'" "$work/out"
run 'only that one' 1 check --no-cache "$src"
says 'the rest is valid' '^3 files: 2 valid, 1 invalid' "$work/out"

# What is asked for and cannot be done is said.
printf '<a/>\n' >"$src/pom.xml"
printf '{"required": ["a"]}' >"$work/s.json"
run 'a schema for XML' 0 check --no-cache -s "$work/s.json" "$src/pom.xml"
says 'is not applied' 'only the syntax was checked' "$work/out"
run 'a schema that must be' 1 check --no-cache --require-schema "$src/pom.xml"
says 'it is said' 'no schema can be applied to this format' "$work/out"

# A verdict of the cache is the same.
run 'to the cache' 0 check "$src/pom.xml"
run 'from the cache' 0 check "$src/pom.xml"
says 'it was kept' '1 from the cache' "$work/out"

# The configuration may name a format and a dialect.
printf 'formats:\n  - {files: ["*.q"], format: xml}\n  - {files: ["*.r"], format: ini, dialect: supervisor}\n' >"$src/.cfgfs.yaml"
printf '<a>' >"$src/x.q"
printf 'a=1\n' >"$src/x.r"
run 'by configuration' 1 check --no-cache -f concise "$src"
says 'XML' 'x.q:1:2: error: the element is never closed' "$work/out"
says 'a dialect' 'x.r:1:1: error: the key is in no section' "$work/out"
