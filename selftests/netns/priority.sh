#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The order of rules: priority, then position.
#
#   h1 eth0 --- p1 [br0] p2 --- eth0 h2
#
# shellcheck source-path=SCRIPTDIR source=../lib/brfw.sh
. "$(dirname "$0")/../lib/brfw.sh"

setup
topology 2

readonly UDP="ip4 proto udp sport 1000 dport 2000"

# passes_by RULE, drops_by RULE: the frame meets this rule first
passes_by() {
	# shellcheck disable=SC2086
	expect_pass h1 h2 rule "$1" $UDP
}

drops_by() {
	# shellcheck disable=SC2086
	expect_drop h1 h2 rule "$1" $UDP
}

# add WORDS...: add a rule, HANDLE = its handle
add() {
	HANDLE=$(fw rule add "$@")
	HANDLE=${HANDLE#handle }
}

# order WANT: comments of the rules of forward in their order
order() {
	local name got=''

	nl 0 names
	for name in $NL_REPLY; do
		[ "$name" = - ] || got+=" $name"
	done
	equal order "$1" "${got# }"
}

test_lower_first() {
	load "rule add prio 20 proto udp accept comment late" \
		"rule add prio 10 proto udp dport 2000 drop comment early"
	drops_by early
	load "rule add prio 10 proto udp accept comment early" \
		"rule add prio 20 proto udp dport 2000 drop comment late"
	passes_by early
	expect_count late 0
}

# Rules of different masks live in different tables: their order must hold
# across tables, whichever is larger or older.
test_across_tables() {
	local first second
	local -a conditions=("ethertype 0x0800" "in p1" "saddr 192.0.2.0/24"
		"proto udp dport 2000" "proto udp sport 900-1100")

	for first in "${conditions[@]}"; do
		for second in "${conditions[@]}"; do
			[ "$first" != "$second" ] || continue
			load "rule add prio 6 $second drop comment second" \
				"rule add prio 5 $first accept comment first"
			passes_by first
		done
	done
}

test_equal_priority() {
	load "rule add prio 10 proto udp accept comment one" \
		"rule add prio 10 proto udp dport 2000 drop comment two"
	order "one two"
	passes_by one
	add prio 10 in p1 drop comment three
	order "one two three"
	passes_by one
}

test_before_and_after() {
	local two

	load
	add prio 10 proto udp dport 2000 drop comment two
	two=$HANDLE
	drops_by two
	add proto udp sport 1000 accept comment one before "$two"
	order "one two"
	passes_by one
	add proto udp accept comment three after "$two"
	order "one two three"
	add in p1 accept comment mid after "$two"
	order "one two mid three"
	add out p2 drop comment zero before "$two"
	order "one zero two mid three"
	nl 0 list
	fw rule delete handle "$(cut -d' ' -f2 <<<"$NL_REPLY")"
	order "zero two mid three"
	drops_by zero
}

test_anchor_gives_priority() {
	local anchor

	load "rule add prio 30 in p1 drop comment after"
	add prio 10 proto udp dport 2000 drop comment anchor
	anchor=$HANDLE
	add proto udp accept comment new after "$anchor"
	fw rule show handle "$HANDLE" >"$TMP/out"
	contains "shown rule" " prio 10 " "$(<"$TMP/out")"
	order "anchor new after"
	fw_refuses 1 rule add prio 11 in p2 drop before "$anchor"
	fw_refuses 1 rule add in p2 drop before 999999
	fw_refuses 1 rule add hook input in p2 drop before "$anchor"
	order "anchor new after"
}

# Room between two positions may run out: renumbering must keep the order.
test_many_before_one() {
	local i want='' anchor

	load
	add prio 10 in p1 drop comment last
	anchor=$HANDLE
	nl 0 begin
	for ((i = 1; i <= 200; i++)); do
		nl 0 "add change $i proto 17 dport $((2000 + i)) accept before $anchor comment b$i"
		want+="b$i "
	done
	nl 0 "add change 500 proto 17 dport 2000 accept before-change 1 comment top"
	nl 0 commit
	order "top ${want}last"
	passes_by top
}

test_extremes() {
	load "rule add prio 4294967295 proto udp dport 2000 drop comment last"
	drops_by last
	fw rule add prio 4294967294 proto udp accept comment first >/dev/null
	passes_by first
}

test_any_port_before_named() {
	load "rule add prio 5 proto udp accept comment any" \
		"rule add prio 6 in p1 proto udp drop comment named"
	passes_by any
	load "rule add prio 6 proto udp accept comment any" \
		"rule add prio 5 in p1 proto udp drop comment named"
	drops_by named
	load "rule add prio 6 proto udp accept comment any" \
		"rule add prio 5 bridge br0 proto udp drop comment named"
	drops_by named
}

check "the lower number is first" test_lower_first
check "order holds between rules of different masks" test_across_tables
check "equal priority: the older is first" test_equal_priority
check "before and after a handle" test_before_and_after
check "a rule takes the priority of its anchor" test_anchor_gives_priority
check "200 rules before one handle" test_many_before_one
check "priorities up to 4294967295" test_extremes
check "a named port or bridge doesn't go first" test_any_port_before_named
run_checks
