#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Runs unit tests and prints their results, one KTAP document per program; the
# last line sums up. Exit status 1 if anything failed.
#
#   check.sh DIRECTORY PROGRAM...
#
# A program that takes longer than UNIT_TIMEOUT seconds (default 120) is ended.
# Two more programs are built and run where the compilers have what they need:
# the race test under the thread sanitizer, and the parser under libFuzzer.
set -uo pipefail

core=$1
shift
failed=()
nrun=0
limit=(timeout "${UNIT_TIMEOUT:-120}")
here=$(dirname "$0")

# run NAME COMMAND...
run() {
	local name=$1

	shift
	printf '# %s\n' "$name"
	nrun=$((nrun + 1))
	"$@" || failed+=("$name")
}

skip() {
	printf '# %s\nKTAP version 1\n1..0 # SKIP %s\n' "$1" "$2"
}

build() {
	make --no-print-directory -s -C "$here" CC="$CC" CLANG="$CLANG" O="${core%/core}" ${KMOD:+KMOD="$KMOD"} "$core/$1" >&2
}

# A program that does nothing, to see whether a sanitizer works here.
probe() {
	printf '%s\n' 'int LLVMFuzzerTestOneInput(const char *p, unsigned long n);' \
		'int LLVMFuzzerTestOneInput(const char *p, unsigned long n) { return n > 99 && *p == 1; }' \
		"${1}" | "${@:2}" -x c -o "$core/probe" - 2>/dev/null
}

race_tsan() {
	local name=lookup_race_test_tsan plain=()

	if ! probe 'int main(void) { return 0; }' "$CC" -fsanitize=thread; then
		skip $name "$CC has no thread sanitizer"
		return
	fi
	if ! "$core/probe" 2>/dev/null; then
		# older ones don't know today's randomised addresses
		plain=(setarch -R)
		if ! "${plain[@]}" "$core/probe" 2>/dev/null; then
			skip $name "the thread sanitizer does not run here"
			return
		fi
	fi
	if build $name; then
		run $name "${limit[@]}" "${plain[@]}" "$core/$name" 1 300
	else
		run $name false
	fi
}

fuzz_smoke() {
	local log=$core/key_fuzz_llvm.log

	printf 'KTAP version 1\n'
	rm -rf "$core/corpus"
	mkdir -p "$core/corpus"
	if "$core/key_fuzz" --corpus "$core/corpus" &&
		(cd "$core" && "${limit[@]}" ./key_fuzz_llvm -seed=1 -max_total_time=4 -max_len=300 corpus) >"$log" 2>&1; then
		printf 'ok 1 libFuzzer finds nothing in 4 s (%s inputs)\n1..1\n' \
			"$(sed -n 's/^Done \([0-9]*\) runs.*/\1/p' "$log")"
		return
	fi
	tail -n 40 "$log" | sed 's/^/# /'
	printf 'not ok 1 libFuzzer finds nothing in 4 s\n1..1\n'
	return 1
}

fuzz_llvm() {
	local name=key_fuzz_llvm

	if ! probe '' "$CLANG" -fsanitize=fuzzer,address,undefined; then
		skip $name "no $CLANG with libFuzzer"
	elif build $name; then
		run $name fuzz_smoke
	else
		run $name false
	fi
}

for program; do
	run "${program##*/}" "${limit[@]}" "$program"
done
race_tsan
fuzz_llvm

printf '# unit: %d programs run, %d failed%s\n' "$nrun" ${#failed[@]} "${failed[*]:+: ${failed[*]}}"
[ ${#failed[@]} = 0 ]
