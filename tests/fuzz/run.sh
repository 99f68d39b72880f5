#!/bin/sh
# Fuzzes with libFuzzer, ASan and UBSan.
#   tests/fuzz/run.sh [SECONDS [TARGET...]]   each target for SECONDS (60)
# Everything goes to CFGFS_FUZZ_BUILD (default: build-fuzz): corpus/TARGET keeps
# the inputs that were learned, finds/ those that broke something. Ends with the
# executions and finds of all; exits 1 if something was found. At last, in a
# build by gcc that counts basic blocks, mutations are looked through for inputs
# that take more time than in proportion to their size.
set -u
top=$(cd "$(dirname "$0")/../.." && pwd)
build=${CFGFS_FUZZ_BUILD:-$top/build-fuzz}
seconds=${1:-60}
[ $# -eq 0 ] || shift

command -v clang >/dev/null || {
	echo "clang is missing: apt-get install clang" >&2
	exit 2
}
echo 'int LLVMFuzzerTestOneInput(void){return 0;}' |
	clang -fsanitize=fuzzer -x c -o /dev/null - 2>/dev/null || {
	version=$(clang -dumpversion | cut -d. -f1)
	echo "libFuzzer is missing: apt-get install libclang-rt-$version-dev" >&2
	exit 2
}
if [ ! -e "$build/build.ninja" ]; then
	mkdir -p "$build"
	CC=clang meson setup "$build" "$top" -Dwerror=false -Db_lundef=false \
		-Db_sanitize=address,undefined \
		-Dc_args=-fsanitize=fuzzer-no-link >"$build/setup.log" 2>&1 || {
		cat "$build/setup.log"
		exit 2
	}
fi
[ $# -gt 0 ] || set -- $(cd "$top/tests/fuzz" &&
	ls -d corpus_* | sed 's/^corpus_//')
programs=$(printf 'tests/fuzz/fuzz_%s ' "$@")
ninja -C "$build" $programs >"$build/build.log" 2>&1 || {
	grep -E 'error|FAILED' "$build/build.log" | head -n 20
	exit 2
}

# Leaks are looked for by libFuzzer itself; a slow input is a find.
export ASAN_OPTIONS=detect_leaks=1:allocator_may_return_null=1
export UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1
total=0
finds=0
cd "$build" || exit 2
mkdir -p corpus finds
printf '%-18s %12s %8s %8s %6s\n' target executions seconds inputs finds
for target in "$@"; do
	mkdir -p "corpus/$target"
	words=$top/tests/fuzz/words/$target.dict
	[ -e "$words" ] || words=/dev/null
	begin=$(date +%s)
	# Its entropic schedule would take most of the time of small inputs.
	"tests/fuzz/fuzz_$target" -max_total_time="$seconds" -max_len=1024 \
		-entropic=0 -timeout=10 -rss_limit_mb=2048 -dict="$words" \
		-artifact_prefix="finds/$target-" -print_final_stats=1 \
		-close_fd_mask=1 "corpus/$target" \
		"$top/tests/fuzz/corpus_$target" >"$target.log" 2>&1
	status=$?
	count=$(sed -n 's/^stat::number_of_executed_units: *//p' "$target.log")
	if [ -z "$count" ]; then
		# A find ends it before the statistics.
		count=$(sed -n 's/^#\([0-9]*\).*/\1/p' "$target.log" | tail -n 1)
	fi
	found=0
	if [ $status -ne 0 ]; then
		found=1
		grep -E 'invariant broken|^SUMMARY|ERROR: libFuzzer|Test unit' \
			"$target.log" | head -n 4
	fi
	printf '%-18s %12s %8s %8s %6s\n' "$target" "${count:-0}" \
		$(($(date +%s) - begin)) "$(ls "corpus/$target" | wc -l)" $found
	total=$((total + ${count:-0}))
	finds=$((finds + found))
done

# count_steps TARGET...: is time linear?
count_steps() {
	steps=$build/steps
	if [ ! -e "$steps/build.ninja" ]; then
		mkdir -p "$steps"
		gcc -O2 -I"$top" -c -o "$steps/steps.o" \
			"$top/tests/fuzz/steps.c" || return 2
		CC=gcc meson setup "$steps" "$top" \
			-Dc_args=-fsanitize-coverage=trace-pc \
			-Dc_link_args="$steps/steps.o" \
			>"$steps/setup.log" 2>&1 || return 2
	fi
	ninja -C "$steps" tests/fuzz/growth \
		$(printf 'tests/fuzz/replay_%s ' "$@") \
		>"$steps/build.log" 2>&1 || return 2
	"$steps/tests/fuzz/growth" || finds=$((finds + 1))
	for target in "$@"; do
		"$steps/tests/fuzz/replay_$target" \
			"$top/tests/fuzz/corpus_$target" \
			"$top/tests/fuzz/words/$target.dict" 10000 \
			>"$steps/$target.log" 2>&1 && continue
		grep -E 'invariant|failed' "$steps/$target.log"
		mv "crash-replay_$target" "finds/$target-steps"
		finds=$((finds + 1))
	done
}
if command -v gcc >/dev/null; then
	count_steps "$@" || echo "steps were not counted: see $build/steps"
fi
echo "$total executions, $finds finds; inputs that broke something: $build/finds"
[ $finds -eq 0 ]
