#!/bin/sh
# schema.sh BUILD_DIR [NAME...]: compile and evaluate published schemas, beside
# ajv and Blaze in the same run, over the same documents. Prints one line a
# schema and the geometric means; never fails for being slow.
#
# CFGFS_SCHEMASTORE: the folder src/ of a SchemaStore checkout (more schemas);
# else the public suites of CFGFS_SUITES are used.
# CFGFS_PEERS: a folder of npm packages with ajv, ajv-formats, ajv-draft-04,
# for node, and @sourcemeta/jsonschema, the command line of Blaze. What is not
# there is left out.
set -eu
bench=$1/tests/bench_schema
here=$(dirname "$0")
shift
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
if [ -n "${CFGFS_SCHEMASTORE:-}" ]; then
	schemas=$CFGFS_SCHEMASTORE/schemas/json
	tests=$CFGFS_SCHEMASTORE/test
else
	schemas=${CFGFS_SUITES:-$here/../../../shared/suites}/schemastore/schema
	tests=$schemas/../test
fi
if [ ! -d "$schemas" ]; then
	echo "no schemas at $schemas: set CFGFS_SCHEMASTORE or CFGFS_SUITES"
	exit 0
fi
peer=${CFGFS_PEERS:-}
if [ -z "$peer" ] || [ ! -d "$peer/ajv" ] || ! command -v node >/dev/null; then
	echo "ajv is skipped: no node, or no packages in CFGFS_PEERS"
	peer=
fi
blaze=${CFGFS_PEERS:-}/.bin/jsonschema
if ! "$blaze" version >/dev/null 2>&1; then
	echo "Blaze is skipped: no @sourcemeta/jsonschema in CFGFS_PEERS"
	blaze=
fi

# The first seven have figures of Blaze; the others are spread by size.
if [ $# -eq 0 ]; then
	set -- github-workflow package tsconfig dependabot-2.0 eslintrc cargo \
		prometheus aspire-8.0 appsettings bamboo-spec chrome-manifest \
		circleciconfig claude-code-settings clang-format-21.x cloudify \
		function github-issue-forms hatch host jsconfig lefthook \
		liquibase loki mdxlintrc metricshub-connector popxf-1.0 \
		prometheus.rules.test rust-toolchain starlake tmuxinator \
		tslint venvironment-schema-v5.0.0 web-manifest webextension
fi

# blaze_mean SCHEMA DOCUMENTS: nanoseconds a document with formats asserted,
# each evaluated 300 times by itself, the best of five runs (it measures wall
# time, with means); nothing if it cannot be compiled.
blaze_mean() {
	remote=$(grep -oE '"\$ref": *"https?://[^"#]+' "$1" |
		sed 's/.*\///; s/\(\.json\)\{0,1\}$/.json/' | sort -u)
	set -- "$1" "$2" validate "$1" "$2" --fast --format-assertion \
		--benchmark --loop 300
	for file in $remote; do
		[ ! -f "$schemas/$file" ] || set -- "$@" --resolve "$schemas/$file"
	done
	shift 2
	for run in 1 2 3 4 5; do
		"$blaze" "$@" 2>/dev/null |
			sed -n 's/.*: PASS \([0-9.]*\) .*/\1/p' |
			awk '{s += $1} END {if (NR) print s / NR * 1000}'
	done | sort -n | awk 'NR == 1 {print "evaluate", $1}'
}

# of FILE KEY: the second word of the line that begins with KEY, or -.
of() {
	awk -v key="$2" '$1 == key {v = $2} END {print v == "" ? "-" : v}' "$1"
}

printf '%-28s %5s %9s %9s %7s %9s %9s %7s %9s %7s\n' schema docs 'comp ms' \
	'ajv ms' 'x' 'ns/doc' 'ajv ns' 'x' 'Blaze ns' 'x'
for name; do
	[ -f "$schemas/$name.json" ] && [ -d "$tests/$name" ] || continue
	find "$tests/$name" -type f | sort >"$place/names"
	tr '\n' '\0' <"$place/names" |
		xargs -0 "$bench" "$schemas/$name.json" >"$place/ours" ||
		continue
	: >"$place/ajv"
	: >"$place/blaze"
	[ -z "$peer$blaze" ] || tr '\n' '\0' <"$place/names" |
		xargs -0 "$bench" --json "$schemas/$name.json" \
			>"$place/documents.jsonl"
	if [ -n "$peer" ]; then
		NODE_PATH=$peer node "$here/schema_ajv.cjs" \
			"$schemas/$name.json" "$place/documents.jsonl" >"$place/ajv"
		sed -n "s/^failed /ajv failed on $name: /p" "$place/ajv" >&2
	fi
	[ -z "$blaze" ] || blaze_mean "$schemas/$name.json" \
		"$place/documents.jsonl" >"$place/blaze"
	echo "$name $(of "$place/ours" schema.documents)" \
		"$(of "$place/ours" schema.compile.first)" \
		"$(of "$place/ajv" compile)" \
		"$(of "$place/ours" schema.evaluate)" \
		"$(of "$place/ajv" evaluate)" "$(of "$place/blaze" evaluate)"
done | awk '
function ratio(a, b) { return a == "-" || b == "-" || b == 0 ? "-" : a / b }
function mean(i) { return n[i] ? exp(s[i] / n[i]) : "-" }
function note(i, r) { if (r != "-") { s[i] += log(r); n[i]++ } return r }
function show(r) { return r == "-" ? r : sprintf("%.2f", r) }
{
	printf "%-28s %5s %9s %9s %7s %9s %9s %7s %9s %7s\n", $1, $2, $3, $4,
		show(note(1, ratio($4, $3))), $5, $6,
		show(note(2, ratio($6, $5))), $7, show(note(3, ratio($7, $5)))
	fflush()
}
END {
	printf "geometric means: compile %s x ajv (%d), evaluate %s x ajv (%d)," \
		" %s x Blaze (%d); above 1 ours is faster\n", show(mean(1)),
		n[1], show(mean(2)), n[2], show(mean(3)), n[3]
}'
