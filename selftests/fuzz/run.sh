#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Runs fuzz targets one after the other and prints their results as KTAP.
#
#   run.sh DIRECTORY SECONDS TARGET...
#
# SECONDS is for all of them together. A target begins with its corpus in the
# tree and what earlier runs found in DIRECTORY/TARGET.
set -uo pipefail

dir=$1
seconds=$2
shift 2
each=$((seconds / $#))
here=$(dirname "$0")
n=0
failed=0

printf 'KTAP version 1\n1..%d\n' $#
mkdir -p "$dir/crashes"
for target; do
	n=$((n + 1))
	mkdir -p "$dir/$target"
	log=$dir/$target.log
	corpus=("$dir/$target")
	if [ -d "$here/corpus/$target" ]; then
		corpus+=("$here/corpus/$target")
	fi
	if timeout $((each + 120)) "$dir/fuzz_$target" -max_total_time=$((each > 0 ? each : 1)) \
		-timeout=20 -rss_limit_mb=4096 -print_final_stats=1 \
		-artifact_prefix="$dir/crashes/$target-" \
		"${corpus[@]}" >"$log" 2>&1; then
		printf 'ok %d %s: nothing found with %s inputs\n' $n "$target" \
			"$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")"
	else
		failed=$((failed + 1))
		tail -n 40 "$log" | sed 's/^/# /'
		printf 'not ok %d %s\n' $n "$target"
	fi
done
[ $failed = 0 ]
