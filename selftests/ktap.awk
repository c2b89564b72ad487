# SPDX-License-Identifier: GPL-2.0-only
# Counts the tests of one or more KTAP documents on its input and checks that
# each kept its plan. Prints "counts PASSED FAILED SKIPPED" (problems not
# included) and one line "problem TEXT" for each broken document.
# Nested results (indented or after "# ") belong to the program that printed
# them and are not counted.

function problem(text) {
	print "problem " text
}

function finish() {
	if (!seen)
		return
	if (plan == "")
		problem("no plan line 1..N")
	else if (plan != count)
		problem("planned " plan " tests, " count " results came")
	else if (plan == 0 && skip_all)
		skipped++
	else if (plan == 0)
		problem("a plan of no tests")
	plan = ""
	count = 0
	seen = skip_all = 0
}

/^K?TAP version / {
	finish()
	seen = 1
	next
}
/^1\.\.[0-9]+/ {
	seen = 1
	if (plan != "")
		problem("a second plan: " $0)
	split($1, part, /\.\./)
	plan = part[2] + 0
	skip_all = /# SKIP/
	next
}
/^(not )?ok [0-9]+/ {
	seen = 1
	number = $1 == "ok" ? $2 : $3
	if (number != ++count)
		problem("test " number " came where " count " was due")
	if (/# SKIP/)
		skipped++
	else if ($1 == "ok")
		passed++
	else
		failed++
	next
}
/^Bail out!/ {
	problem($0)
	seen = 1
}
END {
	finish()
	print "counts " passed + 0, failed + 0, skipped + 0
}
