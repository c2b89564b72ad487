# SPDX-License-Identifier: GPL-2.0-only
# The files machine, all, notes and targets of a results directory as JSON.

BEGIN { FS = "\t"; printf "{" }
FNR == 1 { section() }
{ if (FNR > 1) printf ","; printf "\n" }
kind == "machine" { printf "    %s: %s", string($1), string($2) }
kind == "results" {
	printf "    {\"part\": %s, \"name\": %s, \"unit\": %s, \"value\": %s, \"n\": %s, \"min\": %s, \"max\": %s}",
		string($1), string($2), string($3), $4, $5, $6, $7
}
kind == "notes" {
	printf "    {\"part\": %s, \"name\": %s, \"status\": %s, \"reason\": %s}",
		string($1), string($2), string($3), string($4)
}
kind == "targets" {
	printf "    {\"target\": %s, \"value\": %s, \"relation\": %s, \"aim\": %s, \"limit\": %s, \"verdict\": %s}",
		string($1), $2 == "" ? "null" : $2, string($3), $4, $5, string($6)
}
END { printf "%s\n}\n", close_section() }

# A file without a line gives no section.
function section() {
	printf "%s%s\n", close_section(), kind == "" ? "" : ","
	kind = FILENAME
	sub(/.*\//, "", kind)
	sub(/\.tsv$/, "", kind)
	if (kind == "all")
		kind = "results"
	printf "  \"%s\": %s", kind, kind == "machine" ? "{" : "["
}

function close_section() {
	return kind == "" ? "" : kind == "machine" ? "\n  }" : "\n  ]"
}

function string(s) {
	gsub(/\\/, "\\\\", s)
	gsub(/"/, "\\\"", s)
	gsub(/[\001-\037]/, " ", s)
	return "\"" s "\""
}
