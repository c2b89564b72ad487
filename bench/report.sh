#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Makes results.json, tables.txt and the plots of a results directory from what
# the parts wrote there:
#
#   bench/report.sh DIRECTORY
#
#   results.tsv    part, name, unit, value, repetitions, smallest, largest
#   notes.tsv      part, name, "failed", "refused" or "skipped", why
#   machine.tsv    name, value
set -euo pipefail

bench=$(cd "$(dirname "$0")" && pwd)
dir=${1:?directory of results}

# Numbers that follow from others: what a firewall adds to the plain bridge of
# the same run, and the set of 100,000 rules that costs most.
awk -F '\t' -v OFS='\t' '
	{ print }
	$1 == "instructions" && $2 == "plain" { plain = $4 }
	$1 == "instructions" && $2 !~ /^plain/ && plain { print "added", $2, $3, $4 - plain, $5, $6 - plain, $7 - plain }
	$1 == "replay" && $2 ~ /-100k(-ip6)?-matched$/ && (!hardest || $4 > most) { most = $4; hardest = $3 OFS $4 OFS $5 OFS $6 OFS $7 }
	END { if (hardest) print "replay", "hardest-100k", hardest }
' "$dir/results.tsv" | sort -s -t $'\t' -k 1,1 >"$dir/all.tsv"

awk -f "$bench/targets.awk" "$dir/all.tsv" "$bench/targets" >"$dir/targets.tsv"
awk -f "$bench/json.awk" "$dir"/{machine,all,notes,targets}.tsv >"$dir/results.json"
awk -f "$bench/tables.awk" "$dir"/{machine,all,notes,targets}.tsv >"$dir/tables.txt"
grep -v '^#' "$bench/figures" | while IFS='|' read -r name kind scale title what; do
	awk -f "$bench/plot.awk" -v "kind=$kind" -v "scale=$scale" -v "title=$title" -v "what=$what" \
		"$dir/all.tsv" >"$dir/$name.svg"
	# a part that was not run leaves nothing to draw
	if [ ! -s "$dir/$name.svg" ]; then
		rm "$dir/$name.svg"
	fi
done
