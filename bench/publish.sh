#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Puts the numbers of a run into docs/performance.md:
#
#   bench/publish.sh DIRECTORY
set -euo pipefail

bench=$(cd "$(dirname "$0")" && pwd)
dir=${1:?directory of results}
file=$bench/../docs/performance.md
new=$(mktemp)

"$bench/report.sh" "$dir"
awk -f "$bench/markdown.awk" "$dir"/{machine,targets,all,notes}.tsv >"$new"
awk -v "new=$new" '
	/^<!-- end of numbers -->/ { inside = 0 }
	!inside { print }
	/^<!-- written by bench\/publish.sh/ {
		while ((getline text <new) > 0)
			print text
		inside = 1
	}' "$file" >"$file.new"
mv "$file.new" "$file"
rm "$new"
