#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Runs unit tests and prints their results, one KTAP document per program; the
# last line sums up. Exit status 1 if anything failed.
#
#   check.sh DIRECTORY PROGRAM...
#
# A program that takes longer than UNIT_TIMEOUT seconds (default 120) is ended.
# UNIT_RUN is an emulator that runs the programs, for machines of another kind.
# One more program is built and run where the compiler has what it needs: the race
# test under the thread sanitizer.
set -uo pipefail

core=$1
shift
failed=()
nrun=0
limit=(timeout "${UNIT_TIMEOUT:-120}")
read -ra emulator <<<"${UNIT_RUN:-}"
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
	make --no-print-directory -s -C "$here" CC="$CC" O="${core%/core}" ${KMOD:+KMOD="$KMOD"} "$core/$1" >&2
}

# A program that does nothing, to see whether a sanitizer works here.
probe() {
	printf '%s\n' 'int LLVMFuzzerTestOneInput(const char *p, unsigned long n);' \
		'int LLVMFuzzerTestOneInput(const char *p, unsigned long n) { return n > 99 && *p == 1; }' \
		"${1}" | "${@:2}" -x c -o "$core/probe" - 2>/dev/null
}

race_tsan() {
	local name=lookup_race_test_tsan plain=()

	if [ ${#emulator[@]} != 0 ]; then
		skip $name "an emulator is no place for the thread sanitizer"
		return
	fi
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

for program; do
	run "${program##*/}" "${limit[@]}" "${emulator[@]}" "$program"
done
race_tsan

printf '# unit: %d programs run, %d failed%s\n' "$nrun" ${#failed[@]} "${failed[*]:+: ${failed[*]}}"
[ ${#failed[@]} = 0 ]
