# SPDX-License-Identifier: GPL-2.0-only
# Draws numbers of a results directory (all.tsv) as SVG, in the way that a line
# of the file "figures" says: variables kind, scale, title, what. Prints nothing
# when there are none.

BEGIN {
	FS = "\t"
	split("#1b6ca8 #c0392b #2e8b57 #d68910 #7d3c98 #16a085 #566573 #a04000", color, " ")
	at = index(what, "/")
	if (kind == "bars") {
		part = substr(what, 1, at - 1)
		pattern = "^(" substr(what, at + 1) ")$"
	} else {
		nseries = split(what, series, " ")
		for (s = 1; s <= nseries; s++)
			read_series(s)
	}
}

kind == "bars" && $1 == part && $2 ~ pattern {
	label[++n] = $2
	value[n] = $4 + 0
	low[n] = $6 + 0
	high[n] = $7 + 0
	unit = $3
}

kind == "lines" {
	for (s = 1; s <= nseries; s++)
		if (index($1 "/" $2, before[s]) == 1)
			take_point(s, substr($1 "/" $2, length(before[s]) + 1))
}

END {
	if (!n)
		exit
	find_range()
	if (kind == "bars")
		draw_bars()
	else
		draw_lines()
}

function read_series(s,    text, i) {
	text = series[s]
	i = index(text, "=")
	name[s] = substr(text, 1, i - 1)
	text = substr(text, i + 1)
	i = index(text, "%")
	before[s] = substr(text, 1, i - 1)
	behind[s] = substr(text, i + 1)
}

# @rest: what follows the fixed part of the name
function take_point(s, rest,    size) {
	if (behind[s] != "" && substr(rest, length(rest) - length(behind[s]) + 1) != behind[s])
		return
	size = substr(rest, 1, length(rest) - length(behind[s]))
	# an axis with a logarithm has no place for 0 rules
	if (size !~ /^[1-9][0-9]*k?$/)
		return
	n++
	of[n] = s
	x[n] = size ~ /k$/ ? size * 1000 : size + 0
	value[n] = low[n] = high[n] = $4 + 0
	unit = $3
}

function log10(v) { return log(v) / log(10) }

function find_range(    i) {
	least = most = value[1]
	for (i = 1; i <= n; i++) {
		if (value[i] < least) least = value[i]
		if (high[i] > most) most = high[i]
	}
	if (scale == "log") {
		# what is not above zero has no place there and gets the left end
		if (least < 1) least = least > 0.001 ? least : 1
		if (most <= least) most = least * 10
		first = floor(log10(least))
		last = -floor(-log10(most))
		if (last <= first) last = first + 1
	} else {
		first = least < 0 ? least : 0
		last = most > first ? most : first + 1
		step = 10 ^ floor(log10((last - first) / 2))
		if ((last - first) / step > 10) step *= 2
		first = floor(first / step) * step
		last = -floor(-last / step) * step
	}
}

function floor(v) { return v == int(v) || v > 0 ? int(v) : int(v) - 1 }

# From 0 to 1.
function place(v) {
	if (scale == "log")
		return v <= 10 ^ first ? 0 : (log10(v) - first) / (last - first)
	return (v - first) / (last - first)
}

function short(v) {
	return v >= 1000000 ? v / 1000000 "M" : v >= 1000 ? v / 1000 "k" : v ""
}

function begin(width, height) {
	printf "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" font-family=\"sans-serif\" font-size=\"12\">\n", width, height
	printf "<rect width=\"100%%\" height=\"100%%\" fill=\"white\"/>\n"
	text(10, 20, title " (" unit (scale == "log" ? ", logarithmic" : "") ")", "start", " font-size=\"14\"")
}

function text(x, y, s, anchor, more) {
	gsub(/&/, "\\&amp;", s)
	gsub(/</, "\\&lt;", s)
	printf "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\"%s>%s</text>\n", x, y, anchor, more, s
}

function line(x1, y1, x2, y2, stroke, more) {
	printf "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" stroke=\"%s\"%s/>\n", x1, y1, x2, y2, stroke, more
}

# Calls for each mark of the axis of values: its place, its text.
function tick(i) {
	tick_value = scale == "log" ? 10 ^ (first + i) : first + i * step
	return tick_value <= (scale == "log" ? 10 ^ last : last) * 1.0001
}

function draw_bars(    i, y, left, width, height) {
	left = 210
	width = 560
	height = 50 + 18 * n
	begin(left + width + 90, height + 25)
	for (i = 0; tick(i); i++) {
		line(left + width * place(tick_value), 34, left + width * place(tick_value), height, "#dddddd", "")
		text(left + width * place(tick_value), height + 15, short(tick_value), "middle", "")
	}
	for (i = 1; i <= n; i++) {
		y = 26 + 18 * i
		text(left - 6, y + 3, label[i], "end", "")
		printf "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"12\" fill=\"%s\"/>\n", left, y - 8, width * place(value[i]), label[i] ~ /brfw|fwctl/ || part ~ /replay/ ? color[1] : color[7]
		line(left + width * place(low[i]), y - 2, left + width * place(high[i]), y - 2, "black", "")
		text(left + width * place(high[i]) + 5, y + 3, sprintf("%.4g", value[i]), "start", "")
	}
	print "</svg>"
}

function draw_lines(    i, s, y, left, width, height, top, points, shown) {
	left = 60
	width = 560
	top = 40
	height = 360
	begin(left + width + 110, top + height + 45)
	for (i = 0; tick(i); i++) {
		y = top + height * (1 - place(tick_value))
		line(left, y, left + width, y, "#dddddd", "")
		text(left - 6, y + 4, short(tick_value), "end", "")
	}
	for (i = 0; i <= 5; i++) {
		line(left + width * i / 5, top, left + width * i / 5, top + height, "#dddddd", "")
		text(left + width * i / 5, top + height + 16, short(10 ^ i), "middle", "")
	}
	text(left + width / 2, top + height + 34, "rules", "middle", "")
	for (s = 1; s <= nseries; s++) {
		points = ""
		for (i = 1; i <= n; i++)
			if (of[i] == s) {
				points = points sprintf("%.1f,%.1f ", left + width * log10(x[i]) / 5, top + height * (1 - place(value[i])))
				printf "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3\" fill=\"%s\"/>\n", left + width * log10(x[i]) / 5, top + height * (1 - place(value[i])), color[s]
			}
		if (points == "")
			continue
		printf "<polyline points=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"2\"/>\n", points, color[s]
		shown++
		line(left + width + 12, top + 18 * shown - 4, left + width + 32, top + 18 * shown - 4, color[s], " stroke-width=\"3\"")
		text(left + width + 38, top + 18 * shown, name[s], "start", "")
	}
	print "</svg>"
}
