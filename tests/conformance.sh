#!/bin/sh
# conformance.sh BUILD_DIR: one table of how the public suites are met: cases,
# passed, failed, and under each suite why cases fail, most frequent first. The
# programs of BUILD_DIR do the work; their lists of known failures are exact.
# Fails if a suite passes fewer cases than tests/data/conformance.txt records;
# 77: the suites are not there (CFGFS_SUITES).
set -u
top=$(cd "$(dirname "$0")/.." && pwd)
build=$(cd "${1:?usage: conformance.sh BUILD_DIR}" && pwd) || exit 2
export CFGFS_SUITES="${CFGFS_SUITES:-$top/../shared/suites}"
export CFGFS_TEST_DATA="$top/tests/data"
[ -d "$CFGFS_SUITES/json" ] || {
	echo "CFGFS_SUITES is not there: $CFGFS_SUITES" >&2
	exit 77
}
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
failed=0

# ask NAME: what the test program of that name prints, in $place/NAME.
ask() {
	"$build/tests/test_$1" >"$place/$1" 2>&1 && return
	echo "test_$1 fails:" >&2
	grep -v '^\[' "$place/$1" | tail -n 20 >&2
	failed=1
}

# row SUITE CASES PASSED
row() {
	printf '%-54s %6s %6s %6s\n' "$1" "$2" "$3" "$(($2 - $3))"
	least=$(sed -n "s/^$(echo "$1" | sed 's|[/.]|\\&|g')	//p" \
		"$CFGFS_TEST_DATA/conformance.txt")
	[ -n "$least" ] || {
		echo "conformance.txt does not know '$1'" >&2
		failed=1
	}
	[ "$3" -ge "${least:-0}" ] && return
	echo "'$1' passed $least before, $3 now" >&2
	failed=1
}

# why FILE PATTERN: reasons of the known failures that match, counted.
why() {
	grep -hsv '^#' "$CFGFS_TEST_DATA/$1" | grep "$2" | cut -f2- |
		sed 's/refers to [^ ,]*/refers to a schema/; s/, \(which\)/ \1/' |
		sort | uniq -c | sort -k1,1nr -k2 | sed 's/^/      /'
}

# number NAME BEFORE AFTER: the number between them in what a program prints.
number() {
	_number=$(sed -nE "s#^(.*${2:-[^0-9]})?([0-9]+)$3.*#\\2#p" "$place/$1" | head -n 1)
	echo "${_number:-0}"
}

for name in json toml_suite yaml_suite schema_suite schemastore; do
	ask "$name"
done
printf '%-54s %6s %6s %6s\n' suite cases passed failed

all=$(find "$CFGFS_SUITES/json/test_parsing" -name 'y_*' | wc -l)
row 'JSONTestSuite: must be accepted' "$all" "$(number json 'accepted ' ' of y')"
all=$(find "$CFGFS_SUITES/json/test_parsing" -name 'n_*' | wc -l)
row 'JSONTestSuite: must be refused' "$all" "$(number json 'refused ' ' of n')"

for version in 1.0.0 1.1.0; do
	list=$CFGFS_SUITES/toml/tests/files-toml-$version
	valid=$(grep -c '^valid/.*toml$' "$list")
	invalid=$(grep -c '^invalid/.*toml$' "$list")
	allowed=0
	[ $version = 1.1.0 ] ||
		allowed=$(number toml_suite '1.0.0, ' ' of them allowed')
	row "toml-test $version: valid, with its values" "$valid" \
		"$(number toml_suite '' " of $version")"
	row "toml-test $version: invalid" "$invalid" \
		"$(($(number toml_suite 'invalid: ' " of $version") - allowed))"
	[ "$allowed" -eq 0 ] || echo "      $allowed allowed by TOML 1.1"
done

cases=$(number yaml_suite '' ' cases')
row 'yaml-test-suite' "$cases" "$((cases - $(number yaml_suite ' cases, ' ' fail')))"
for kind in refused accepted misread; do
	count=$(grep -hs "^[^	]* $kind	" "$CFGFS_TEST_DATA/yaml-suite-known.txt" | wc -l)
	[ "$count" -gt 0 ] || continue
	echo "    $count $kind:"
	why yaml-suite-known.txt "^[^	]* $kind	"
done

for part in '' /optional /optional/format; do
	for draft in 4 6 7 2019-09 2020-12; do
		folder=draft$draft$part
		passed=$(number schema_suite "$folder: " ' passed')
		row "JSON-Schema-Test-Suite: $folder" \
			"$((passed + $(number schema_suite "$folder: $passed passed, " ' failed')))" "$passed"
		why schema-suite-known.txt "^$folder/[^/:]*:"
	done
done

row 'SchemaStore: schemas that compile' \
	"$(number schemastore ' of ' ' schemas')" "$(number schemastore 'schemastore: ' ' of')"
why schemastore-known.txt '^schema/'
passed=$(number schemastore ' schemas, ' ' passed')
row 'SchemaStore: files, as their authors say' \
	"$((passed + $(number schemastore ' passed, ' ' failed')))" "$passed"
why schemastore-known.txt 'test/'
exit $failed
