#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Runs kselftest programs one after another and reports in KTAP.
#
#   selftests/runner.sh [-o TIMEOUT] [-s SUMMARY] [-c DIR] PROGRAM...
#
# Several runners that are given the same programs and DIR share the work: each
# program is run by who is first to make a directory of its name there.
#
# A program prints KTAP and exits with 0 (passed), 4 (skipped) or anything else
# (failed). SUMMARY gets the line "PASSED FAILED SKIPPED" of single tests, where
# a program that dies, hangs, breaks its plan or makes the kernel complain is
# one more failure. Exit status 1 if anything failed. TEST_TIMEOUT in the
# environment stands for -o.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
timeout=${TEST_TIMEOUT:-$(sed -n 's/^timeout=//p' "$here/settings")}
summary='' claims=''
passed=0 failed=0 skipped=0

taint() {
	# bad page 5, oops 7, warning 9, soft lockup 14
	echo $(($(cat /proc/sys/kernel/tainted) & (1 << 5 | 1 << 7 | 1 << 9 | 1 << 14)))
}

# Sets problem to what is wrong with a program that exited with $1 and printed
# file $2, and p, f, s to its counts.
judge() {
	local rc=$1 word rest

	problem='' p=0 f=0 s=0
	while read -r word rest; do
		case $word in
		counts) read -r p f s <<<"$rest" ;;
		problem) problem=${problem:-$rest} ;;
		esac
	done < <(awk -f "$here/ktap.awk" "$2")
	case $rc in
	0) if [ $((p + f + s)) = 0 ] && [ -z "$problem" ]; then problem="no results"; fi ;;
	4)
		if [ $((p + f + s)) = 0 ] && [ -z "$problem" ]; then
			s=1
		elif [ $((p + f)) != 0 ] && [ "$f" = 0 ]; then
			problem=${problem:-"exit=4 (skip) with tests that ran"}
		fi
		;;
	124 | 137) problem="TIMEOUT $timeout seconds" ;;
	*) if [ "$f" = 0 ]; then problem=${problem:-"exit=$rc"}; fi ;;
	esac
}

run_one() {
	local n=$1 program=$2 name start rc=0 tainted before verdict

	name="selftests: $(basename "$(dirname "$program")"): $(basename "$program")"
	printf '# timeout set to %s\n# %s\n' "$timeout" "$name"
	start=$SECONDS
	before=$(taint)
	# into a file, not a pipe: a daemon left behind must not hold us up
	(cd "$(dirname "$program")" && exec timeout -k 10 "$timeout" "./$(basename "$program")") \
		</dev/null >"$output" 2>&1 || rc=$?
	sed 's/^/# /' "$output"
	judge $rc "$output"
	tainted=$(taint)
	if [ "$tainted" != "$before" ]; then
		problem="the kernel complained: taint $before before, $tainted after"
	fi
	if [ -n "$problem" ]; then
		f=$((f + 1))
	fi
	passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
	if [ "$f" != 0 ]; then
		verdict="not ok $n $name # ${problem:-$f failed}"
	elif [ "$p" = 0 ]; then
		verdict="ok $n $name # SKIP"
	else
		verdict="ok $n $name"
	fi
	printf '# %d passed, %d failed, %d skipped, %d s\n%s\n' "$p" "$f" "$s" $((SECONDS - start)) "$verdict"
}

# claim PROGRAM: is it ours?
claim() {
	local dir

	[ -n "$claims" ] || return 0
	dir=$claims/$(basename "$1")
	if mkdir "$dir" 2>/dev/null; then
		return 0
	fi
	if [ ! -d "$dir" ]; then
		echo "runner.sh: can't make $dir" >&2
		exit 2
	fi
	return 1
}

while getopts c:o:s: option; do
	case $option in
	c) claims=$OPTARG ;;
	o) timeout=$OPTARG ;;
	s) summary=$OPTARG ;;
	*) exit 2 ;;
	esac
done
shift $((OPTIND - 1))
if [ $# = 0 ]; then
	echo "runner.sh: no programs given" >&2
	exit 2
fi

output=$(mktemp)
trap 'rm -f "$output"' EXIT
printf 'TAP version 13\n'
n=0
for program; do
	if claim "$program"; then
		n=$((n + 1))
		run_one $n "$program"
	fi
done
printf '1..%d\n' $n
printf '# Totals: %d passed, %d failed, %d skipped\n' $passed $failed $skipped
if [ -n "$summary" ]; then
	printf '%d %d %d\n' $passed $failed $skipped >"$summary"
fi
[ "$failed" = 0 ]
