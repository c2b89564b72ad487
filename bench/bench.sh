#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Runs the benchmarks, or those parts of them that are named:
#
#   bench/bench.sh [PART...]
#
# The parts are the functions part_NAME below. Progress goes to stderr, the
# tables to stdout; build/bench/DATE/ gets results.json, tables.txt and a plot
# for each figure. Exit status 1 when a part failed; the others run all the same.
#
#   ROWS           patterns of the rows to measure, separated by spaces
#   BRFW_PARAMS    arguments for the module
#   FRAMES, REPETITIONS    how much to measure for one number
#
# docs/performance.md says what is measured and how to read it.
set -euo pipefail

# shellcheck source-path=SCRIPTDIR source=../scripts/lib.sh
. "$(dirname "$0")/../scripts/lib.sh"

PATH=$PATH:/usr/sbin:/sbin
bench=$top/bench
failed=()

progress() { printf 'bench: %s\n' "$*" >&2; }

# guest NAME OPTIONS... -- COMMAND...: runs a part in the virtual machine and
# takes its results over, also those of a part that failed half way.
guest() {
	local name=bench-$1 rc=0 options=()

	shift
	while [ "$1" != -- ]; do
		options+=("$1")
		shift
	done
	shift
	"$top/selftests/vm/run.sh" --name "$name" --timeout 3600 --mem 4096 "${options[@]}" -- \
		env "ROWS=${ROWS:-*}" "BRFW_PARAMS=${BRFW_PARAMS:-}" "FRAMES=${FRAMES:-}" "REPETITIONS=${REPETITIONS:-}" \
		"$@" >&2 || rc=1
	cat "$build/vm/$name/results.tsv" >>"$out/results.tsv" 2>/dev/null || true
	cat "$build/vm/$name/notes.tsv" >>"$out/notes.tsv" 2>/dev/null || true
	return $rc
}

# ---- the parts ----

part_instructions() {
	guest instructions --icount -- bench/guest/instructions.sh
}

# ---- around them ----

prepare() {
	"$top/scripts/setup.sh" nftables ebtables >&2
	progress "building"
	if ! { make -s -C "$top" modules tools && make -s -C "$bench"; } >"$out/build.log" 2>&1; then
		tail -n 20 "$out/build.log" >&2
		die "the build failed: $out/build.log"
	fi
}

# What the numbers depend on, as lines NAME<tab>VALUE.
describe() {
	local headers

	headers=$(kdir)
	printf 'date\t%s\n' "$(date -u +%Y-%m-%dT%H:%M:%SZ)"
	printf 'brfw\t%s\n' "$(cat "$top/VERSION") $(git -C "$top" rev-parse --short HEAD 2>/dev/null || true)"
	printf 'processor\t%s\n' "$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1) ($(nproc))"
	printf 'kernel of the virtual machine\t%s\n' "$(krelease "$headers")"
	printf 'kernel of this machine\t%s\n' "$(uname -r)"
	printf 'qemu\t%s\n' "$(qemu-system-x86_64 --version | head -n 1)"
	printf 'nft\t%s\n' "$(nft --version)"
	printf 'compiler\t%s\n' "$(gcc --version | head -n 1)"
	printf 'parameters of the module\t%s\n' "${BRFW_PARAMS:-none}"
}

run_part() {
	local start rc

	start=$(now)
	progress "$1 ..."
	set +e
	(
		set -e
		"part_$1"
	)
	rc=$?
	set -e
	if [ $rc != 0 ]; then
		failed+=("$1")
		printf '%s\t\tfailed\tthe part did not run to its end\n' "$1" >>"$out/notes.tsv"
		progress "$1: FAILED after $(since "$start") s"
	else
		progress "$1: done in $(since "$start") s"
	fi
}

all=(instructions)

if [ $# = 0 ]; then
	set -- "${all[@]}"
fi
for name; do
	declare -F "part_$name" >/dev/null || die "no part '$name' (there are: ${all[*]})"
done
out=$build/bench/$(date -u +%Y%m%d-%H%M%S)
mkdir -p "$out"
: >"$out/results.tsv"
: >"$out/notes.tsv"
prepare
describe >"$out/machine.tsv"
for name; do
	run_part "$name"
done
"$bench/report.sh" "$out"
cat "$out/tables.txt"
progress "results are in $out"
if [ ${#failed[@]} -gt 0 ]; then
	progress "FAILED: ${failed[*]}"
	exit 1
fi
