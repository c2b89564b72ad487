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
#   FULL=1         more of the rule sets
#   BRFW_CLASSBENCH    where those of ClassBench are (../shared/data/classbench)
#   FRAMES, REPETITIONS    how much to measure for one number
#   UPDATES        rules to replace before memory is looked at again (10 million)
#
# docs/performance.md says what is measured and how to read it.
set -euo pipefail

# shellcheck source-path=SCRIPTDIR source=../scripts/lib.sh
. "$(dirname "$0")/../scripts/lib.sh"

PATH=$PATH:/usr/sbin:/sbin
bench=$top/bench
bin=$build/bench/bin
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

# ---- rule sets ----

data=$build/bench/data
classbench=${BRFW_CLASSBENCH:-$top/../shared/data/classbench}

# Rules of ClassBench that part $3 wants: set $1, size $2. Prints the file.
classbench_rules() {
	local from=$classbench/rules/$1_$2.rules file=$data/$1-$2.classbench

	if [ -e "$from.gz" ]; then
		gzip -dc "$from.gz" >"$file"
	elif [ -e "$from" ]; then
		cat "$from" >"$file"
	else
		printf '%s\t%s\tskipped\tno %s (BRFW_CLASSBENCH)\n' "$3" "$1-$2" "$from.gz" >>"$out/notes.tsv"
		return 1
	fi
	printf '%s\n' "$file"
}

# add_set [-6] NAME SOURCE [TRACE]: rules and frames, made once
add_set() {
	local flags=() name kind from=()

	if [ "$1" = -6 ]; then
		flags=(-6)
		shift
	fi
	name=$1
	printf '%s\n' "$name" >>"$data/sets"
	if [ -e "$data/$name.rest" ]; then
		return
	fi
	"$bin/rules" "${flags[@]}" "$2" fwctl >"$data/$name.rules"
	for kind in matched unmatched; do
		if [ "$kind" = matched ] && [ -n "${3:-}" ]; then
			from=(-t "$3")
		else
			from=()
		fi
		"$bin/frames" "${flags[@]}" "${from[@]}" "$2" $kind >"$data/$name.$kind" 2>"$data/$name.$kind.why" || true
	done
	"$bin/rules" "${flags[@]}" -r "$2" fwctl >"$data/$name.rest"
}

# add_classbench SET SIZE
add_classbench() {
	local name=$1-$2 file trace=

	file=$(classbench_rules "$1" "$2" replay) || return 0
	if [ -e "$classbench/traces/$1_$2.trace.gz" ]; then
		trace=$data/$name.trace
		gzip -dc "$classbench/traces/$1_$2.trace.gz" >"$trace"
	fi
	add_set "$name" "file:$file" "$trace"
	add_set -6 "$name-ip6" "file:$file" "$trace"
}

make_sets() {
	local set size

	mkdir -p "$data"
	: >"$data/sets"
	# what was made by another program is no good
	if [ "$bin/frames" -nt "$data/made" ]; then
		rm -f "$data"/*.{rules,rest,matched,unmatched}
		touch "$data/made"
	fi
	for size in 10k 100k; do
		add_set "seeded-$size" "seeded:${size/k/000}"
		for set in acl1 fw1 ipc1 acl2 ${FULL:+acl4 acl5 fw3}; do
			add_classbench "$set" "$size"
		done
	done
	add_set ranges-2k ranges:2000
	add_set random-masks-10k random-masks:10000
	add_set nested-10k nested:10000
	add_set hyper-100k hyper:100000
	add_set hyper-range-100k hyper-range:100000
}

# ---- the parts ----

part_instructions() {
	guest instructions --icount -- bench/guest/instructions.sh
}

part_replay() {
	make_sets
	guest replay --icount -- bench/guest/replay.sh
}

part_updates() {
	guest updates --icount-idle -- bench/guest/updates.sh
}

part_memory() {
	guest memory --smp 2 --no-debug -- bench/guest/memory.sh
}

part_endtoend() {
	guest endtoend --icount-idle -- bench/guest/endtoend.sh
}

# native STATUS OPTIONS...: STATUS is what it is called when a set is refused
native() {
	local status=$1 rc=0

	shift
	"$bin/native" "$@" >"$out/native.tsv" 2>"$out/native.err" || rc=1
	cat "$out/native.tsv" >>"$out/results.tsv"
	sed "s/^native: \([^:]*\): /native\t\1\t$status\t/; t; s/^/native\t\tfailed\t/" "$out/native.err" >>"$out/notes.tsv"
	sed 's/^/bench:   /' "$out/native.err" >&2
	return $rc
}

part_native() {
	local set size file sets=() rc=0

	mkdir -p "$data"
	for size in 1 100 1000 10000 100000; do
		sets+=("udp-${size/%000/k}=udp:$size")
	done
	for size in 1k 10k 100k; do
		sets+=("seeded-$size=seeded:${size/k/000}")
		for set in acl1 fw1 ipc1 acl2 ${FULL:+acl4 acl5 fw2 fw3 fw4}; do
			file=$(classbench_rules "$set" "$size" native) && sets+=("$set-$size=file:$file")
		done
	done
	sets+=(hyper-100k=hyper:100000 hyper-range-100k=hyper-range:100000)
	native failed -r "${REPETITIONS:-9}" "${sets[@]}" || rc=1
	native refused -r "${REPETITIONS:-9}" ranges-2k=ranges:2000 random-masks-10k=random-masks:10000 nested-10k=nested:10000 || true
	progress "  replacing ${UPDATES:-10000000} rules"
	native failed -u "${UPDATES:-10000000}" udp-100k=udp:200000 seeded-100k=seeded:200000 || rc=1
	return $rc
}

# ---- around them ----

prepare() {
	"$top/scripts/setup.sh" nftables ebtables >&2
	progress "building"
	if ! { make -s -C "$top" modules tools selftests && make -s -C "$bench" && make -s -C "$bench" modules KDIR="$(kdir)"; } >"$out/build.log" 2>&1; then
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

all=(instructions replay native updates memory endtoend)

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
# How long others wait is promised (docs/security.md), not aimed at.
if grep $'^updates/brfw-longest-.*\tmissed$' "$out/targets.tsv"; then
	progress "FAILED: somebody waits longer than that"
	exit 1
fi
