# SPDX-License-Identifier: GPL-2.0-only
# The files machine, targets, all and notes of a results directory in Markdown.

BEGIN { FS = "\t"; OFS = " | " }
FNR == 1 {
	kind = FILENAME
	sub(/.*\//, "", kind)
	part = ""
	if (kind == "machine.tsv")
		head("", "")
	else if (kind == "targets.tsv")
		head("", "measured | aim | limit | reached")
	else if (kind == "notes.tsv")
		head("without a number", "why")
}
kind == "machine.tsv" { row($1, $2) }
kind == "targets.tsv" { row("`" $1 "`", $2 " | " $3 " " $4 " | " $5 " | " $6) }
kind == "notes.tsv" { row("`" $1 "/" $2 "`", $3 ": " $4) }
kind == "all.tsv" {
	if ($1 != part) {
		part = $1
		head(part, "median | smallest | largest | unit")
	}
	row("`" $2 "`", number($4) " | " number($6) " | " number($7) " | " $3)
}

function head(title, columns,    rule) {
	rule = columns
	gsub(/[^|]+/, "-", rule)
	printf "\n| %s | %s |\n|-|%s|\n", title, columns, rule == "" ? "-" : rule
}

function row(first, rest) { printf "| %s | %s |\n", first, rest }

function number(v) {
	return v == int(v) ? sprintf("%d", v) : v >= 100 || v <= -100 ? sprintf("%.0f", v) : sprintf("%.3g", v)
}
