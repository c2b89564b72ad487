#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Makes results.json, tables.txt and the plots of a results directory from what
# the parts wrote there:
#
#   bench/report.sh DIRECTORY
#
#   results.tsv    part, name, unit, value, repetitions, smallest, largest
#   notes.tsv      part, name, "failed" or "skipped", why
#   machine.tsv    name, value
set -euo pipefail

bench=$(cd "$(dirname "$0")" && pwd)
dir=${1:?directory of results}

# What a firewall adds to the plain bridge of the same run.
awk -F '\t' -v OFS='\t' '
	{ print }
	$1 == "instructions" && $2 == "plain" { plain = $4 }
	$1 == "instructions" && $2 !~ /^plain/ && plain { print "added", $2, $3, $4 - plain, $5, $6 - plain, $7 - plain }
' "$dir/results.tsv" >"$dir/all.tsv"

awk -f "$bench/targets.awk" "$dir/all.tsv" "$bench/targets" >"$dir/targets.tsv"
awk -f "$bench/json.awk" "$dir"/{machine,all,notes,targets}.tsv >"$dir/results.json"
awk -f "$bench/tables.awk" "$dir"/{machine,all,notes,targets}.tsv >"$dir/tables.txt"
