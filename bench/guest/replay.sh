#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Instructions per frame with large rule sets: frames that were made for each
# set are given to the bridge, one after the other, none like the one before.
# bench.sh has put the sets into build/bench/data: NAME.rules, NAME.matched
# and NAME.unmatched (without a rule that matches everything: NAME.rest).
# Rows are called by name, through run_rows:
# shellcheck disable=SC2317
set -uo pipefail

part=replay
# shellcheck source-path=SCRIPTDIR source=common.sh
. "$(dirname "$0")/common.sh"

repetitions=${REPETITIONS:-3}
data=$top/build/bench/data
control=/sys/kernel/debug/brfw_bench

# The ports of a hypervisor: d2 to d1001.
make_many_ports() {
	local i

	if [ -e /sys/class/net/d2 ]; then
		return
	fi
	for ((i = 2; i < 1002; i++)); do
		printf 'link add d%d type dummy\nlink set d%d master br0 up\n' $i $i
	done | ip -b -
}

# Gives all frames once. Prints their number, and what one took: mean, 99th
# percentile, worst.
give() {
	local before after line

	before=$(sent d1)
	line=$(cat $control/run)
	after=$(sent d1)
	awk -v sent=$((after - before)) '{
		if (sent != $1) { print sent, "of", $1, "frames left the bridge" >"/dev/stderr"; exit 1 }
		printf "%d %.1f %d %d\n", $1, $2 / $1, $4, $5
	}' <<<"$line"
}

# replay SET matched|unmatched [ENTRIES [ROW]]: with a verdict cache, if any
replay() {
	local set=$1 kind=$2 name=$1-${4:-$2} rules=$data/$1.rules
	local n mean p99 plain i base want means=() p99s=()

	if [ ! -s "$data/$set.$kind" ]; then
		echo "${kind} headers: $(cat "$data/$set.$kind.why")"
		return 4
	fi
	if [ "$kind" = unmatched ]; then
		rules=$data/$set.rest
	fi
	if [[ $set == hyper* ]]; then
		make_many_ports
	fi
	cat "$data/$set.$kind" >$control/frames
	give >/dev/null
	read -r n plain base _ < <(give)
	BRFW_PARAMS="${BRFW_PARAMS:-}${3:+ verdict_cache=$3}" load_brfw
	if ! "$fwctl" ruleset load "$rules" 2>"$work/load"; then
		cat "$work/load"
		# which may be refused, but not slow
		case $set in
		ranges-* | random-masks-* | nested-*) return 5 ;;
		esac
		return 1
	fi
	for ((i = 0; i <= repetitions; i++)); do
		give >"$work/given"
		# the first time is to warm up
		if [ $i != 0 ]; then
			read -r n mean p99 _ <"$work/given"
			means+=("$(awk "BEGIN { print $mean - $plain }")")
			p99s+=("$((p99 - base))")
		fi
	done
	want=0
	if [ "$kind" = unmatched ]; then
		want=$((n * (repetitions + 1)))
	fi
	if [ "$(by_policy)" != "$want" ]; then
		echo "the policy decided $(by_policy) frames, not $want"
		return 1
	fi
	result "$name" 'instructions added' "${means[@]}"
	part=replay-p99
	result "$name" 'instructions added' "${p99s[@]}"
}

rows=()
while read -r set; do
	for kind in matched unmatched; do
		rows+=("$set-$kind")
		eval "row_${set//-/_}_$kind() { replay $set $kind; }"
	done
	case $set in
	seeded-100k | fw1-100k)
		rows+=("$set-cached" "$set-uncached")
		eval "row_${set//-/_}_cached() { replay $set matched 32768 cached; }
			row_${set//-/_}_uncached() { replay $set matched 2 uncached; }"
		;;
	esac
done <"$data/sets"

make_bridge 2
insmod "$top/bench/kmod/brfw_bench.ko"
run_rows no_firewall "${rows[@]}"
[ $failures = 0 ]
