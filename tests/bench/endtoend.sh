#!/bin/sh
# endtoend.sh BUILD_DIR: `cfgfs check` of 1,000 GitHub workflows in YAML and of
# 1,000 tsconfig files in JSON against their schemas, one process, nothing
# cached, beside other validators over the same files. Prints medians and
# ratios of CPU and wall time; never fails for being slow.
#
# CFGFS_SCHEMASTORE: the folder src/ of a SchemaStore checkout (needed).
# CFGFS_PEERS: a folder of npm packages with @sourcemeta/jsonschema, ajv-cli and
# ajv-formats. Debian's python3-jsonschema and python3-yaml are used if there.
set -eu
build=$1
here=$(cd "$(dirname "$0")" && pwd)
store=${CFGFS_SCHEMASTORE:-}
peers=${CFGFS_PEERS:-}
files=${CFGFS_BENCH_FILES:-1000}
rounds=${CFGFS_BENCH_ROUNDS:-5}
if [ ! -d "$store/test/tsconfig" ]; then
	echo "skipped: CFGFS_SCHEMASTORE names no src/ of SchemaStore"
	exit 0
fi
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT

# variants NAME EXTENSION: so many copies of the tests of a schema, each with
# a blank line more than the one before, so that no two are alike.
variants() {
	mkdir "$place/$1"
	# ajv-cli knows no draft 4; these schemas mean the same in draft 7.
	sed 's|json-schema.org/draft-04/|json-schema.org/draft-07/|
		s|^  "id":|  "$id":|' \
		"$store/schemas/json/$1.json" >"$place/$1.schema.json"
	find "$store/test/$1" -name "*.$2" | sort >"$place/names"
	number=0
	while [ "$number" -lt "$files" ]; do
		while read -r name && [ "$number" -lt "$files" ]; do
			copy=$place/$1/$number.$2
			cat "$name" >"$copy"
			printf '%*s\n' "$((number % 97))" '' >>"$copy"
			number=$((number + 1))
		done <"$place/names"
	done
}

# Each prints "cpu wall memory" of one run over $place/NAME.
run_cfgfs() {
	"$build/tests/cost" "$build/tools/cfgfs" check --no-cache -j1 \
		-s "$place/$1.schema.json" "$place/$1"
}

run_blaze() {
	"$build/tests/cost" "$peers/.bin/jsonschema" validate --fast --continue \
		"$place/$1.schema.json" "$place/$1"
}

run_ajv() {
	(cd "$peers/.." && "$build/tests/cost" node "$peers/.bin/ajv" validate \
		--strict=false -c ajv-formats -s "$place/$1.schema.json" \
		-d "$place/$1/*.$2")
}

run_python() {
	"$build/tests/cost" python3 "$here/validate_python.py" \
		"$place/$1.schema.json" "$place/$1"/*
}

has() {
	case $1 in
	cfgfs) true ;;
	blaze) "$peers/.bin/jsonschema" version >/dev/null 2>&1 ;;
	ajv) [ -x "$peers/.bin/ajv" ] && [ -d "$peers/ajv-formats" ] ;;
	python) python3 -c 'import jsonschema, yaml' 2>/dev/null ;;
	esac
}

median() {
	sort -n | awk '{v[NR] = $1} END {print v[int((NR + 1) / 2)]}'
}

present=
for peer in cfgfs blaze ajv python; do
	if has "$peer"; then
		present="$present $peer"
	else
		echo "$peer is skipped: it is not there"
	fi
done
variants github-workflow yaml
variants tsconfig json
for schema in 'github-workflow yaml' 'tsconfig json'; do
	# shellcheck disable=SC2086 # two words
	set -- $schema
	round=0
	while [ "$round" -lt "$rounds" ]; do
		for peer in $present; do
			"run_$peer" "$1" "$2" >>"$place/$1.$peer" 2>/dev/null
		done
		round=$((round + 1))
	done
	echo "$files $1 files ($2, $(cat "$place/$1"/* | wc -c) bytes), median of $rounds"
	ours=$(cut -d' ' -f1 "$place/$1.cfgfs" | median)
	for peer in $present; do
		printf '  %-8s cpu %.3f s  wall %.3f s  memory %5.1f MiB  cpu / cfgfs %.2f x\n' \
			"$peer" \
			"$(cut -d' ' -f1 "$place/$1.$peer" | median)" \
			"$(cut -d' ' -f2 "$place/$1.$peer" | median)" \
			"$(cut -d' ' -f3 "$place/$1.$peer" | median |
				awk '{print $1 / 1024}')" \
			"$(cut -d' ' -f1 "$place/$1.$peer" | median |
				awk -v ours="$ours" '{print $1 / ours}')"
	done
done
