# SPDX-License-Identifier: GPL-2.0-only
# The files machine, all, notes and targets of a results directory for people.

BEGIN { FS = "\t" }
FNR == 1 {
	kind = FILENAME
	sub(/.*\//, "", kind)
}
kind == "machine.tsv" { printf "%-30s %s\n", $1, $2 }
kind == "all.tsv" {
	if (!($1 in rows))
		parts[++nparts] = $1
	rows[$1] = rows[$1] sprintf("  %-32s %14s %14s %14s  %s\n", $2, number($4), number($6), number($7), $3)
}
kind == "notes.tsv" { notes = notes sprintf("  %-32s %s: %s\n", $1 "/" $2, $3, $4) }
kind == "targets.tsv" {
	targets = targets sprintf("  %-48s %10s  %s %8s %8s  %s\n", $1, $2, $3, $4, $5, $6)
}
END {
	for (i = 1; i <= nparts; i++)
		printf "\n%s\n  %-32s %14s %14s %14s\n%s", parts[i], "", "median", "smallest", "largest", rows[parts[i]]
	if (notes != "")
		printf "\nwithout a number\n%s", notes
	printf "\ntargets\n  %-48s %10s  %11s %8s\n%s", "", "measured", "aim", "limit", targets
}

function number(v) {
	return v == int(v) ? sprintf("%d", v) : v >= 100 || v <= -100 ? sprintf("%.0f", v) : sprintf("%.3g", v)
}
