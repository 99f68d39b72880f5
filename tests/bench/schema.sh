#!/bin/sh
# schema.sh BUILD_DIR [NAME...]: compile and evaluate published schemas, beside
# ajv in the same run. Prints one line a schema and the geometric means; never
# fails for being slow.
#
# CFGFS_SCHEMASTORE: the folder src/ of a SchemaStore checkout (more schemas);
# else the public suites of CFGFS_SUITES are used.
# CFGFS_PEERS: a folder of npm packages with ajv, ajv-formats, ajv-draft-04,
# for node; without it only ours is measured.
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

# Blaze's and ajv's nanoseconds a document, on the machine of the notes.
known() {
	case $1 in
	github-workflow) echo 1002 10068 ;;
	package) echo 606 4313 ;;
	tsconfig) echo 1743 46063 ;;
	dependabot-2.0) echo 717 8130 ;;
	eslintrc) echo 3203 74098 ;;
	cargo) echo 349 3829 ;;
	prometheus) echo 5280 27227 ;;
	*) echo - - ;;
	esac
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
	if [ -n "$peer" ]; then
		tr '\n' '\0' <"$place/names" | xargs -0 "$bench" --json \
			"$schemas/$name.json" >"$place/documents"
		NODE_PATH=$peer node "$here/schema_ajv.cjs" \
			"$schemas/$name.json" "$place/documents" >"$place/ajv"
		sed -n "s/^failed /ajv failed on $name: /p" "$place/ajv" >&2
	fi
	echo "$name $(of "$place/ours" schema.documents)" \
		"$(of "$place/ours" schema.compile.first)" \
		"$(of "$place/ajv" compile)" \
		"$(of "$place/ours" schema.evaluate)" \
		"$(of "$place/ajv" evaluate)" "$(known "$name")"
done | awk '
function ratio(a, b) { return a == "-" || b == "-" || b == 0 ? "-" : a / b }
function mean(i) { return n[i] ? exp(s[i] / n[i]) : "-" }
function note(i, r) { if (r != "-") { s[i] += log(r); n[i]++ } return r }
function show(r) { return r == "-" ? r : sprintf("%.2f", r) }
{
	# Blaze there, times how much slower ajv is here than there.
	blaze = $6 == "-" || $7 == "-" ? "-" : $7 * $6 / $8
	printf "%-28s %5s %9s %9s %7s %9s %9s %7s %9s %7s\n", $1, $2, $3, $4,
		show(note(1, ratio($4, $3))), $5, $6,
		show(note(2, ratio($6, $5))), show(blaze),
		show(note(3, ratio(blaze, $5)))
}
END {
	printf "geometric means: compile %s x ajv, evaluate %s x ajv, " \
		"%s x Blaze as expected here (above 1: ours is faster)\n",
		show(mean(1)), show(mean(2)), show(mean(3))
}'
