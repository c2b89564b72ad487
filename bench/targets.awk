# SPDX-License-Identifier: GPL-2.0-only
# Compares results (first file) with the targets (second file). Prints what,
# measured, relation, aim, limit, and "aim", "limit", "missed" or "not measured".

FILENAME == ARGV[1] {
	n = split($0, f, "\t")
	value[f[1] "/" f[2]] = f[4]
	next
}

/^#/ || NF < 4 { next }

{
	n = split($1, of, ":")
	known = of[1] in value && (n == 1 || (of[2] in value && value[of[2]] != 0))
	v = known ? (n == 1 ? value[of[1]] : value[of[1]] / value[of[2]]) : ""
	verdict = !known ? "not measured" : meets(v, $3) ? "aim" : meets(v, $4) ? "limit" : "missed"
	printf "%s\t%s\t%s\t%s\t%s\t%s\n", $1, known ? sprintf("%.6g", v) : "", $2, $3, $4, verdict
}

function meets(v, bound) {
	return $2 == "<=" ? v <= bound + 0 : v >= bound + 0
}
